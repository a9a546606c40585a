// The fixed head of a record batch v2, read and patched in place.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/crc32c.h"

namespace kt::sandbox {

constexpr size_t kBatchHeaderBytes = 61;
constexpr int64_t kNoProducer = -1;

/// A view of one whole batch v2; the bytes must be at least kBatchHeaderBytes.
class BatchHeader {
 public:
  explicit BatchHeader(std::string_view bytes) : bytes_(bytes) {}

  int64_t base_offset() const { return get<int64_t>(0); }
  int32_t length() const { return get<int32_t>(8); }
  int8_t magic() const { return get<int8_t>(16); }
  uint32_t crc() const { return get<uint32_t>(17); }
  int16_t attributes() const { return get<int16_t>(21); }
  int32_t last_offset_delta() const { return get<int32_t>(23); }
  int64_t max_timestamp_ms() const { return get<int64_t>(35); }
  int64_t producer_id() const { return get<int64_t>(43); }
  int16_t producer_epoch() const { return get<int16_t>(51); }
  int32_t base_sequence() const { return get<int32_t>(53); }
  int32_t count() const { return get<int32_t>(57); }

  int codec() const { return attributes() & 7; }
  bool is_log_append_time() const { return attributes() & 8; }
  bool is_transactional() const { return attributes() & 16; }
  bool is_control() const { return attributes() & 32; }
  size_t size_bytes() const { return static_cast<size_t>(length()) + 12; }
  bool crc_matches() const { return crc32c(bytes_.substr(21, size_bytes() - 21)) == crc(); }

 private:
  template <class Int>
  Int get(size_t position) const {
    return load_big_endian<Int>(bytes_.data() + position);
  }
  std::string_view bytes_;
};

/// Gives a batch its place in the log; neither field is under the checksum.
inline void place_batch(std::string& batch, int64_t base_offset, int32_t leader_epoch) {
  store_big_endian(batch.data(), base_offset);
  store_big_endian(batch.data() + 12, leader_epoch);
}

/// Replaces the times of all records by the broker's.
inline void stamp_batch(std::string& batch, int64_t now_ms) {
  constexpr int16_t kLogAppendTime = 8;
  store_big_endian<int16_t>(batch.data() + 21,
                            static_cast<int16_t>(BatchHeader(batch).attributes() | kLogAppendTime));
  store_big_endian(batch.data() + 35, now_ms);
  store_big_endian(batch.data() + 17, crc32c(std::string_view(batch).substr(21)));
}

}  // namespace kt::sandbox
