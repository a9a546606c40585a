#include "storage/file_batches.h"

#include <algorithm>
#include <cstring>

namespace kt {
namespace {

constexpr size_t kPieceBytes = 1 << 20;

}  // namespace

std::optional<BatchView> FileBatches::next() {
  size_t needs_bytes = 0;
  auto batch = next_in_buffer(needs_bytes);
  while (!batch && refill(needs_bytes)) batch = next_in_buffer(needs_bytes);
  return batch;
}

std::optional<BatchView> FileBatches::next_in_buffer(size_t& needs_bytes) {
  BatchReader reader(buffer_.view().substr(used_), static_cast<uint64_t>(position_));
  auto batch = reader.next();
  if (!batch) {
    needs_bytes = std::max(reader.tail_needs_bytes(), batch_layout::kHeaderBytes);
    return std::nullopt;
  }
  batch_position_ = position_;
  position_ += static_cast<int64_t>(batch->size_bytes());
  used_ += batch->size_bytes();
  return batch;
}

bool FileBatches::refill(size_t needs_bytes) {
  size_t kept = buffer_.size() - used_;
  auto in_file = static_cast<size_t>(end_ - read_to_);
  // A batch that says it is longer than the file is a torn one; its size must not cost memory.
  if (in_file == 0 || (needs_bytes > batch_layout::kHeaderBytes && needs_bytes > kept + in_file))
    return false;
  if (kept > 0) std::memmove(buffer_.data(), buffer_.data() + used_, kept);
  used_ = 0;
  size_t wanted = std::min(in_file, std::max(kPieceBytes, needs_bytes) - kept);
  buffer_.resize(kept);
  buffer_.resize(kept + wanted);
  size_t got = file_.read_at(read_to_, buffer_.data() + kept, wanted);
  buffer_.resize(kept + got);
  read_to_ += static_cast<int64_t>(got);
  if (got < wanted) end_ = read_to_;  // cut meanwhile by its broker
  return got > 0;
}

}  // namespace kt
