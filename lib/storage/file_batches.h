// The batches of a segment file, whole, read in large pieces; a mapping would be a bus error where
// another process cuts the file.
#pragma once

#include <cstdint>
#include <optional>

#include "base/buffer.h"
#include "protocol/records/batch.h"
#include "storage/file.h"

namespace kt {

class FileBatches {
 public:
  /// Reads from `position`, where a batch begins, to before `end`.
  FileBatches(const SharedFile& file, int64_t position, int64_t end)
      : file_(file), position_(position), read_to_(position), end_(end) {}

  /// The next whole batch, good until the next call; nothing at the end and where the rest holds no
  /// whole one. Throws DecodeError, with the position, where no batch can begin so.
  std::optional<BatchView> next();

  /// Where the batch that next() gave last begins.
  int64_t batch_position() const { return batch_position_; }
  /// Where the batch that follows begins, or the torn tail.
  int64_t position() const { return position_; }

 private:
  std::optional<BatchView> next_in_buffer(size_t& needs_bytes);
  bool refill(size_t needs_bytes);

  const SharedFile& file_;
  int64_t position_;
  int64_t batch_position_ = 0;
  int64_t read_to_;  // the position that the end of the buffer stands for
  int64_t end_;
  Buffer buffer_;
  size_t used_ = 0;  // bytes of the buffer that have been given out
};

}  // namespace kt
