// The records of a byte range of batches, any formats and codecs mixed, as views: nothing is copied
// or allocated per record; what is compressed is unpacked batch by batch into one buffer that the
// reader keeps.
//
//   RecordReader reader(bytes, {.from_offset = position});
//   while (const RecordView* record = reader.next()) ...
//   position = reader.next_offset();
//
// Formats v0 and v1: wrappers are unpacked, their inner offsets made absolute, the wrapper's
// log-append time given to all; a wrapper inside a wrapper is damage. Errors are DecodeError and
// name the byte position of the batch; next() goes on behind a damaged batch, unless nothing says
// where that is.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/buffer.h"
#include "protocol/records/aborted.h"
#include "protocol/records/batch.h"
#include "protocol/records/record.h"

namespace kt {

struct RecordReaderOptions {
  /// Records below are skipped: a batch may begin below the offset asked for.
  int64_t from_offset = 0;
  /// Of batches and messages that are not skipped.
  bool check_crc = true;
  /// Give transaction markers and KRaft's control records as well.
  bool control_records = false;
  /// The most that one batch may decompress to.
  size_t limit_bytes = 256 << 20;
  /// Where the bytes lie in their file or reply, for errors.
  uint64_t position = 0;
  /// Read committed: what to skip; must outlive the reader.
  AbortedTransactions* aborted = nullptr;
};

class RecordReader {
 public:
  explicit RecordReader(std::string_view bytes, RecordReaderOptions options = {});

  /// The next record, good until the next call; null at the end of the range or where it cuts a
  /// batch off.
  const RecordView* next();

  /// The batch of the record that next() gave last.
  const BatchView& batch() const { return batch_; }
  uint64_t batch_position() const { return batches_.batch_position(); }
  /// The offset after the last batch looked at, skipped and empty ones too: where to read on after
  /// the last record.
  int64_t next_offset() const { return next_offset_; }
  /// What was cut off at the end, and how large the batch is in all.
  std::string_view tail() const { return batches_.tail(); }
  size_t tail_needs_bytes() const { return batches_.tail_needs_bytes(); }

 private:
  bool open_batch();
  void open_v2();
  void open_legacy();
  void open_wrapper(std::string_view compressed);
  void decompress_into_buffer(std::string_view bytes);
  void read_v2();
  void read_legacy();
  [[noreturn]] void fail(const std::string& what);

  RecordReaderOptions options_;
  BatchReader batches_;
  BatchView batch_{{}};
  int64_t next_offset_;
  RecordView record_;
  Buffer buffer_;

  const char* at_ = nullptr;  // the next record of the open batch
  const char* end_ = nullptr;
  int32_t left_ = 0;  // v2: records to come
  int32_t read_ = 0;  // records read of this batch, for errors
  bool legacy_ = false;
  bool log_append_time_ = false;
  int64_t base_offset_ = 0;  // what is added to offsets as they stand
  int64_t base_timestamp_ms_ = 0;
};

}  // namespace kt
