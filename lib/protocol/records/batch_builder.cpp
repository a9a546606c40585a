#include "protocol/records/batch_builder.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/bytes.h"
#include "protocol/records/varint.h"

namespace kt {
namespace {

using namespace batch_layout;
using Bytes = std::optional<std::string_view>;

constexpr size_t kMostVarint = 10;
/// Everything of a message v1 but key and value; v0 has 8 bytes less.
constexpr size_t kLegacyOverhead = 34;

char* put_bytes(char* at, std::string_view bytes) {
  if (!bytes.empty()) std::memcpy(at, bytes.data(), bytes.size());
  return at + bytes.size();
}

char* put_sized(char* at, Bytes bytes) {
  if (!bytes) return put_varint(at, -1);
  return put_bytes(put_varint(at, static_cast<int64_t>(bytes->size())), *bytes);
}

template <class Int>
char* put(char* at, Int value) {
  store_big_endian(at, value);
  return at + sizeof value;
}

size_t sized(Bytes bytes) {
  return bytes ? varint_size(static_cast<int64_t>(bytes->size())) + bytes->size() : 1;
}

/// Key and value of a message v0/v1: a 32-bit length, then the bytes.
char* put_legacy_sized(char* at, Bytes bytes) {
  if (!bytes) return put<int32_t>(at, -1);
  return put_bytes(put(at, static_cast<int32_t>(bytes->size())), *bytes);
}

/// One message v0/v1 at `at`, with its checksum; where it ends.
char* put_message(char* at, const BatchOptions& options, Codec codec, int64_t offset,
                  int64_t timestamp_ms, Bytes key, Bytes value) {
  char* start = at;
  at = put(at, offset) + sizeof(int32_t) * 2;  // size and checksum come last
  at = put(at, options.magic);
  auto attributes = static_cast<uint8_t>(codec);
  if (options.magic == 1 && options.timestamp_type == TimestampType::log_append)
    attributes |= kTimestampTypeBit;
  at = put(at, attributes);
  if (options.magic == 1) at = put(at, timestamp_ms);
  at = put_legacy_sized(at, key);
  at = put_legacy_sized(at, value);
  auto size = static_cast<size_t>(at - start);
  store_big_endian(start + kLength, static_cast<int32_t>(size - kLogOverhead));
  set_crc(start, size);
  return at;
}

}  // namespace

BatchBuilder::BatchBuilder(BatchOptions options) { reset(options); }

void BatchBuilder::reset(BatchOptions options) {
  options_ = options;
  reset();
}

void BatchBuilder::reset() {
  buffer_.resize(options_.magic == 2 ? kHeaderBytes : 0);
  count_ = 0;
  next_delta_ = 0;
  base_timestamp_ms_ = options_.delete_horizon_ms.value_or(-1);
  max_timestamp_ms_ = -1;
}

void BatchBuilder::append(int64_t timestamp_ms, Bytes key, Bytes value,
                          std::span<const RecordHeader> headers) {
  if (options_.magic != 2) return put_legacy(next_delta_, timestamp_ms, key, value);
  if (headers.empty()) return put_v2(next_delta_, timestamp_ms, key, value, {}, 0);
  headers_.clear();
  ByteWriter writer(headers_);
  for (const auto& header : headers) {
    writer.varint(static_cast<int64_t>(header.key.size()));
    writer.bytes(header.key);
    writer.varint(header.value ? static_cast<int64_t>(header.value->size()) : -1);
    writer.bytes(header.value.value_or(std::string_view()));
  }
  put_v2(next_delta_, timestamp_ms, key, value, headers_, static_cast<uint32_t>(headers.size()));
}

void BatchBuilder::append_at(int64_t offset, const RecordView& record) {
  int64_t delta = offset - options_.base_offset;
  if (options_.magic != 2) return put_legacy(delta, record.timestamp_ms, record.key, record.value);
  put_v2(delta, record.timestamp_ms, record.key, record.value, record.headers.bytes(),
         record.headers.size());
}

size_t BatchBuilder::most_bytes(Bytes key, Bytes value, std::span<const RecordHeader> headers) {
  size_t size =
      kLegacyOverhead + 2 * kMostVarint + (key ? key->size() : 0) + (value ? value->size() : 0);
  for (const auto& header : headers)
    size += kMostVarint + header.key.size() + (header.value ? header.value->size() : 0);
  return size;
}

void BatchBuilder::set_producer(int64_t producer_id, int16_t epoch, int32_t base_sequence) {
  options_.producer_id = producer_id;
  options_.producer_epoch = epoch;
  options_.base_sequence = base_sequence;
}

char* BatchBuilder::make_room(size_t size_bytes) {
  size_t needed = buffer_.size() + size_bytes;
  if (needed > buffer_.capacity())
    buffer_.reserve(std::max({needed, buffer_.capacity() * 4, size_t{4096}}));
  return buffer_.data() + buffer_.size();
}

void BatchBuilder::note(int64_t offset_delta, int64_t timestamp_ms) {
  if (count_ == 0 && !options_.delete_horizon_ms) base_timestamp_ms_ = timestamp_ms;
  max_timestamp_ms_ = std::max(max_timestamp_ms_, timestamp_ms);
  next_delta_ = offset_delta + 1;
  ++count_;
}

void BatchBuilder::put_v2(int64_t offset_delta, int64_t timestamp_ms, Bytes key, Bytes value,
                          std::string_view headers, uint32_t header_count) {
  note(offset_delta, timestamp_ms);
  int64_t timestamp_delta = wrapping_subtract(timestamp_ms, base_timestamp_ms_);
  size_t size = 1 + varint_size(timestamp_delta) + varint_size(offset_delta) + sized(key) +
                sized(value) + varint_size(header_count) + headers.size();
  char* start = make_room(size + kMostVarint);
  char* at = put_varint(start, static_cast<int64_t>(size));
  *at++ = 0;  // attributes
  at = put_varint(at, timestamp_delta);
  at = put_varint(at, offset_delta);
  at = put_sized(at, key);
  at = put_sized(at, value);
  at = put_varint(at, header_count);
  at = put_bytes(at, headers);
  buffer_.resize(static_cast<size_t>(at - buffer_.data()));
}

void BatchBuilder::put_legacy(int64_t offset_delta, int64_t timestamp_ms, Bytes key, Bytes value) {
  note(offset_delta, timestamp_ms);
  // Offsets inside a wrapper v1 count from its first message; all others are the log's.
  bool relative = options_.magic == 1 && options_.compression.codec != Codec::none;
  int64_t offset = relative ? offset_delta : options_.base_offset + offset_delta;
  size_t most = kLegacyOverhead + (key ? key->size() : 0) + (value ? value->size() : 0);
  char* start = make_room(most);
  char* end = put_message(start, options_, Codec::none, offset, timestamp_ms, key, value);
  buffer_.resize(static_cast<size_t>(end - buffer_.data()));
}

std::string_view BatchBuilder::finish() {
  return options_.magic == 2 ? finish_v2() : finish_legacy();
}

std::string_view BatchBuilder::finish_v2() {
  if (options_.compression.codec == Codec::none || count_ == 0) {
    fill_header(buffer_.data(), buffer_.size());
    return buffer_.view();
  }
  compressed_.resize(kHeaderBytes);
  compress(options_.compression, buffer_.view().substr(kHeaderBytes), compressed_);
  fill_header(compressed_.data(), compressed_.size());
  return compressed_;
}

std::string_view BatchBuilder::finish_legacy() {
  if (options_.compression.codec == Codec::none || count_ == 0) return buffer_.view();
  std::string set;
  compress(options_.compression, buffer_.view(), set,
           options_.magic == 0 ? Lz4Checksum::of_format_v0 : Lz4Checksum::right);
  compressed_.resize(kLegacyOverhead + set.size());
  char* end =
      put_message(compressed_.data(), options_, options_.compression.codec,
                  options_.base_offset + next_delta_ - 1, max_timestamp_ms_, std::nullopt, set);
  compressed_.resize(static_cast<size_t>(end - compressed_.data()));
  return compressed_;
}

void BatchBuilder::fill_header(char* batch, size_t size_bytes) const {
  auto attributes = static_cast<int16_t>(count_ == 0 ? Codec::none : options_.compression.codec);
  if (options_.timestamp_type == TimestampType::log_append) attributes |= kTimestampTypeBit;
  if (options_.transactional) attributes |= kTransactionalBit;
  if (options_.control) attributes |= kControlBit;
  if (options_.delete_horizon_ms) attributes |= kDeleteHorizonBit;
  int64_t last_delta = std::max<int64_t>(next_delta_ - 1, 0);
  if (options_.last_offset) last_delta = *options_.last_offset - options_.base_offset;
  store_big_endian(batch + kBaseOffset, options_.base_offset);
  store_big_endian(batch + kLength, static_cast<int32_t>(size_bytes - kLogOverhead));
  store_big_endian(batch + kLeaderEpoch, options_.leader_epoch);
  store_big_endian<int8_t>(batch + kMagic, 2);
  store_big_endian(batch + kAttributes, attributes);
  store_big_endian(batch + kLastOffsetDelta, static_cast<int32_t>(last_delta));
  store_big_endian(batch + kBaseTimestamp, base_timestamp_ms_);
  store_big_endian(batch + kMaxTimestamp, max_timestamp_ms_);
  store_big_endian(batch + kProducerId, options_.producer_id);
  store_big_endian(batch + kProducerEpoch, options_.producer_epoch);
  store_big_endian(batch + kBaseSequence, options_.base_sequence);
  store_big_endian(batch + kCount, count_);
  set_crc(batch, size_bytes);
}

}  // namespace kt
