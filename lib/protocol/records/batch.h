// What a log or a fetched byte range is made of: record batches of format v2, and the messages of
// formats v0 and v1, plain ones and wrappers (a compressed set of messages in one). BatchView looks
// at one of any format, BatchReader walks over many. Both read headers only: records are
// RecordReader's business (record_reader.h).
//
// Byte ranges come from brokers and disks: sizes are checked before anything is read. The last
// batch may be cut off (a fetch ends where its limit says, a file where the disk was full); so does
// the fake message at the end of what brokers from 2.0 on convert down for old clients.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "compress/codec.h"

namespace kt {

enum class TimestampType : uint8_t { create = 0, log_append = 1 };

// Numbers as Java adds them: behind the largest comes the smallest. Damaged batches may say
// anything.
inline int64_t wrapping_add(int64_t left, int64_t right) {
  return static_cast<int64_t>(static_cast<uint64_t>(left) + static_cast<uint64_t>(right));
}
inline int64_t wrapping_subtract(int64_t left, int64_t right) {
  return static_cast<int64_t>(static_cast<uint64_t>(left) - static_cast<uint64_t>(right));
}

/// Byte positions in the header of a batch v2.
namespace batch_layout {
constexpr size_t kBaseOffset = 0, kLength = 8, kLeaderEpoch = 12, kMagic = 16, kCrc = 17,
                 kAttributes = 21;
constexpr size_t kLastOffsetDelta = 23, kBaseTimestamp = 27, kMaxTimestamp = 35, kProducerId = 43;
constexpr size_t kProducerEpoch = 51, kBaseSequence = 53, kCount = 57, kHeaderBytes = 61;
constexpr size_t kLogOverhead =
    12;  // offset and size, in every format: what the size does not count
constexpr int16_t kCodecMask = 0x07, kTimestampTypeBit = 0x08, kTransactionalBit = 0x10,
                  kControlBit = 0x20;
constexpr int16_t kDeleteHorizonBit = 0x40;
}  // namespace batch_layout

/// One whole batch v2 or message v0/v1 in somebody else's bytes, as BatchReader found it.
class BatchView {
 public:
  explicit BatchView(std::string_view bytes) : bytes_(bytes) {}

  std::string_view bytes() const { return bytes_; }
  size_t size_bytes() const { return bytes_.size(); }
  int8_t magic() const { return field<int8_t>(batch_layout::kMagic); }
  bool is_v2() const { return magic() == 2; }

  /// The first offset; of a wrapper v0/v1 the last one, for its first one stands inside.
  int64_t base_offset() const { return field<int64_t>(batch_layout::kBaseOffset); }
  int64_t last_offset() const {
    return is_v2() ? wrapping_add(base_offset(), last_offset_delta()) : base_offset();
  }
  int64_t next_offset() const { return wrapping_add(last_offset(), 1); }
  Codec codec() const { return static_cast<Codec>(attributes() & batch_layout::kCodecMask); }
  int16_t attributes() const {
    return is_v2() ? field<int16_t>(batch_layout::kAttributes) : field<uint8_t>(kLegacyAttributes);
  }
  TimestampType timestamp_type() const {
    return magic() > 0 && has(batch_layout::kTimestampTypeBit) ? TimestampType::log_append
                                                               : TimestampType::create;
  }
  /// -1 in format v0, which has none, and where no record has one.
  int64_t max_timestamp_ms() const {
    if (is_v2()) return field<int64_t>(batch_layout::kMaxTimestamp);
    return magic() == 1 ? field<int64_t>(kLegacyTimestamp) : -1;
  }
  /// True for a message v0/v1 that holds a compressed set of messages.
  bool is_wrapper() const { return !is_v2() && codec() != Codec::none; }

  // What only v2 has; elsewhere the value that says "none".
  int32_t leader_epoch() const { return is_v2() ? field<int32_t>(batch_layout::kLeaderEpoch) : -1; }
  int64_t producer_id() const { return is_v2() ? field<int64_t>(batch_layout::kProducerId) : -1; }
  int16_t producer_epoch() const {
    return is_v2() ? field<int16_t>(batch_layout::kProducerEpoch) : -1;
  }
  int32_t base_sequence() const {
    return is_v2() ? field<int32_t>(batch_layout::kBaseSequence) : -1;
  }
  /// The sequence of the last record, wrapped from 2^31-1 to 0; -1 where there are none.
  int32_t last_sequence() const;
  bool transactional() const { return is_v2() && has(batch_layout::kTransactionalBit); }
  bool control() const { return is_v2() && has(batch_layout::kControlBit); }
  /// When a compacted batch's tombstones and markers may go.
  std::optional<int64_t> delete_horizon_ms() const {
    if (!is_v2() || !has(batch_layout::kDeleteHorizonBit)) return std::nullopt;
    return base_timestamp_ms();
  }
  int64_t base_timestamp_ms() const {
    return is_v2() ? field<int64_t>(batch_layout::kBaseTimestamp) : max_timestamp_ms();
  }
  int32_t last_offset_delta() const {
    return is_v2() ? field<int32_t>(batch_layout::kLastOffsetDelta) : 0;
  }
  /// How many records it holds; 0 after compaction took them all. 1 for a plain message, -1 for a
  /// wrapper.
  int32_t count() const {
    if (is_v2()) return field<int32_t>(batch_layout::kCount);
    return is_wrapper() ? -1 : 1;
  }
  /// v2: the records, compressed as codec() says.
  std::string_view records() const { return bytes_.substr(batch_layout::kHeaderBytes); }

  uint32_t stored_crc() const { return field<uint32_t>(is_v2() ? batch_layout::kCrc : kLegacyCrc); }
  uint32_t computed_crc() const;

 private:
  static constexpr size_t kLegacyCrc = 12, kLegacyAttributes = 17, kLegacyTimestamp = 18;

  template <class Int>
  Int field(size_t position) const {
    return load_big_endian<Int>(bytes_.data() + position);
  }
  bool has(int16_t bit) const { return (attributes() & bit) != 0; }

  std::string_view bytes_;
};

/// Walks over the batches of a byte range, formats mixed at will.
class BatchReader {
 public:
  /// `position` is where the bytes lie in their file or reply, for errors.
  explicit BatchReader(std::string_view bytes, uint64_t position = 0)
      : bytes_(bytes), start_(position) {}

  /// The next whole batch, or nothing where the range ends or cuts the next one off. Throws
  /// DecodeError, with the byte position, where no batch can begin so.
  std::optional<BatchView> next();

  /// Where the batch that next() gave last begins.
  uint64_t batch_position() const { return start_ + batch_at_; }
  /// Where the batch that follows begins.
  uint64_t position() const { return start_ + at_; }
  /// What is left behind the last whole batch: empty, or a batch cut off.
  std::string_view tail() const { return bytes_.substr(at_); }
  /// How many bytes the batch that was cut off has in all; 0 where not even its size is there.
  size_t tail_needs_bytes() const;

 private:
  std::string_view bytes_;
  uint64_t start_;
  size_t at_ = 0;
  size_t batch_at_ = 0;
};

// Changes in place. `batch` is a whole batch v2, or where said a plain message v0/v1.

/// Any format: moves a batch v2 or a single message. Not under the checksum.
inline void set_base_offset(char* batch, int64_t offset) {
  store_big_endian(batch + batch_layout::kBaseOffset, offset);
}
/// v2 only. Not under the checksum.
inline void set_leader_epoch(char* batch, int32_t epoch) {
  store_big_endian(batch + batch_layout::kLeaderEpoch, epoch);
}
/// v1 and v2: all records get this time. Makes the checksum anew.
void set_log_append_time(char* batch, size_t size_bytes, int64_t timestamp_ms);
/// v2: who sent it and as which record. Makes the checksum anew.
void set_producer(char* batch, size_t size_bytes, int64_t producer_id, int16_t epoch,
                  int32_t base_sequence);
/// Makes the checksum of any format anew.
void set_crc(char* batch, size_t size_bytes);

}  // namespace kt
