#include "client/fetched.h"

#include "protocol/records/batch.h"

namespace kt {
namespace {

constexpr size_t kMaxFreeBuffers = 8;

}  // namespace

Buffer BufferPool::take() {
  std::lock_guard lock(mutex_);
  if (free_.empty()) return {};
  Buffer buffer = std::move(free_.back());
  free_.pop_back();
  free_bytes_ -= buffer.capacity();
  return buffer;
}

void BufferPool::give_back(Buffer buffer) {
  std::lock_guard lock(mutex_);
  if (free_.size() >= kMaxFreeBuffers || free_bytes_ + buffer.capacity() > most_free_bytes_) return;
  free_bytes_ += buffer.capacity();
  free_.push_back(std::move(buffer));
}

RangeEnd find_range_end(std::string_view records) {
  RangeEnd end;
  BatchReader batches(records);
  try {
    while (auto batch = batches.next()) {
      end.next_offset = batch->next_offset();
      end.leader_epoch = batch->leader_epoch();
      end.whole_bytes = batches.position();
    }
  } catch (const DecodeError&) {
    // What stands before the damage is handed over; the next fetch meets the damage first.
    if (end.whole_bytes == 0) throw;
  }
  return end;
}

}  // namespace kt
