// Makes one batch of records: a batch v2, or a message set v0/v1 (plain messages, or one wrapper
// where a codec is given). Buffers are kept between batches, so that a producer in full flow
// allocates nothing.
//
//   BatchBuilder builder({.compression = {Codec::lz4}});
//   builder.append(timestamp_ms, key, value);
//   std::string_view batch = builder.finish();   // good until the next call
//   builder.reset();
//
// A batch v2 has at least a header and covers its base offset; a message set of no records is
// empty. What a format lacks (headers, producer ids in v0 and v1, timestamps in v0) is dropped by
// it: who cares asks first.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/buffer.h"
#include "compress/codec.h"
#include "protocol/records/batch.h"
#include "protocol/records/record.h"

namespace kt {

struct BatchOptions {
  int8_t magic = 2;
  Compression compression = {};
  int64_t base_offset = 0;
  TimestampType timestamp_type = TimestampType::create;
  int32_t leader_epoch = -1;
  int64_t producer_id = -1;
  int16_t producer_epoch = -1;
  int32_t base_sequence = -1;
  bool transactional = false;
  bool control = false;
  std::optional<int64_t> delete_horizon_ms = {};
  std::optional<int64_t> last_offset = {};  // v2: beyond the last record's, as compaction leaves it
};

class BatchBuilder {
 public:
  explicit BatchBuilder(BatchOptions options = {});

  /// Adds a record at the offset after the one before.
  void append(int64_t timestamp_ms, std::optional<std::string_view> key,
              std::optional<std::string_view> value, std::span<const RecordHeader> headers = {});
  /// Adds a record at an offset above the one before, leaving a hole, with headers as they stand in
  /// another batch.
  void append_at(int64_t offset, const RecordView& record);

  int32_t count() const { return count_; }
  bool empty() const { return count_ == 0; }
  /// What the batch takes as far as it goes, before compression.
  size_t size_bytes() const { return buffer_.size(); }
  /// What one more such record may add at most.
  static size_t most_bytes(std::optional<std::string_view> key,
                           std::optional<std::string_view> value,
                           std::span<const RecordHeader> headers = {});

  /// Producer id, epoch and sequence, which an idempotent producer knows only when it sends.
  void set_producer(int64_t producer_id, int16_t epoch, int32_t base_sequence);

  /// The batch as it goes on the wire; a view until the next call of anything.
  std::string_view finish();

  /// Begins a new batch, with the same options or others.
  void reset();
  void reset(BatchOptions options);

 private:
  char* make_room(size_t size_bytes);
  void put_v2(int64_t offset_delta, int64_t timestamp_ms, std::optional<std::string_view> key,
              std::optional<std::string_view> value, std::string_view headers,
              uint32_t header_count);
  void put_legacy(int64_t offset_delta, int64_t timestamp_ms, std::optional<std::string_view> key,
                  std::optional<std::string_view> value);
  void note(int64_t offset_delta, int64_t timestamp_ms);
  std::string_view finish_v2();
  std::string_view finish_legacy();
  void fill_header(char* batch, size_t size_bytes) const;

  BatchOptions options_;
  Buffer buffer_;  // v2: room for the header, then records
  std::string compressed_;
  std::string headers_;
  int32_t count_ = 0;
  int64_t next_delta_ = 0;
  int64_t base_timestamp_ms_ = -1;
  int64_t max_timestamp_ms_ = -1;
};

}  // namespace kt
