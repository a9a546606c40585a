#include "protocol/records/batch.h"

#include <string>

#include "base/crc32c.h"
#include "compress/crc32.h"

namespace kt {
namespace {

using namespace batch_layout;

/// The least that the size field of each format can say.
constexpr int32_t kLeastSize[] = {14, 22, static_cast<int32_t>(kHeaderBytes - kLogOverhead)};

constexpr size_t kLegacyCrcPosition = 12;
constexpr size_t kLegacyTimestampPosition = 18;

[[noreturn]] void fail(uint64_t position, const std::string& what) {
  throw DecodeError("at byte " + std::to_string(position) + ": " + what);
}

}  // namespace

int32_t BatchView::last_sequence() const {
  int32_t base = base_sequence();
  if (base < 0) return -1;
  return static_cast<int32_t>(
      (static_cast<uint32_t>(base) + static_cast<uint32_t>(last_offset_delta())) & INT32_MAX);
}

uint32_t BatchView::computed_crc() const {
  return is_v2() ? crc32c(bytes_.substr(kAttributes)) : crc32(bytes_.substr(kMagic));
}

std::optional<BatchView> BatchReader::next() {
  auto left = tail();
  if (left.size() < kLogOverhead) return std::nullopt;
  auto size = load_big_endian<int32_t>(left.data() + kLength);
  if (size < kLeastSize[0])
    fail(position(), "a batch of " + std::to_string(size) + " bytes cannot be");
  if (static_cast<size_t>(size) > left.size() - kLogOverhead) return std::nullopt;
  int magic = static_cast<int8_t>(left[kMagic]);
  if (magic < 0 || magic > 2)
    fail(position(), "magic " + std::to_string(magic) + " where only 0, 1 and 2 are known");
  if (size < kLeastSize[magic])
    fail(position(), "a batch of format v" + std::to_string(magic) + " in only " +
                         std::to_string(size) + " bytes");
  batch_at_ = at_;
  at_ += kLogOverhead + static_cast<size_t>(size);
  return BatchView(left.substr(0, at_ - batch_at_));
}

size_t BatchReader::tail_needs_bytes() const {
  auto left = tail();
  if (left.size() < kLogOverhead) return 0;
  return kLogOverhead + load_big_endian<uint32_t>(left.data() + kLength);
}

void set_crc(char* batch, size_t size_bytes) {
  BatchView view({batch, size_bytes});
  store_big_endian(batch + (view.is_v2() ? kCrc : kLegacyCrcPosition), view.computed_crc());
}

void set_log_append_time(char* batch, size_t size_bytes, int64_t timestamp_ms) {
  bool is_v2 = BatchView({batch, size_bytes}).is_v2();
  // The low byte of v2's attributes and the only one of v1's have the bit in the same place.
  batch[is_v2 ? kAttributes + 1 : kMagic + 1] |= static_cast<char>(kTimestampTypeBit);
  store_big_endian(batch + (is_v2 ? kMaxTimestamp : kLegacyTimestampPosition), timestamp_ms);
  set_crc(batch, size_bytes);
}

void set_producer(char* batch, size_t size_bytes, int64_t producer_id, int16_t epoch,
                  int32_t base_sequence) {
  store_big_endian(batch + kProducerId, producer_id);
  store_big_endian(batch + kProducerEpoch, epoch);
  store_big_endian(batch + kBaseSequence, base_sequence);
  set_crc(batch, size_bytes);
}

}  // namespace kt
