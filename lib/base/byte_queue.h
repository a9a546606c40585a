// A queue between threads, bounded by bytes: a fast side waits for a slow one instead of filling
// memory. Either side may end it; an error given at its end reaches the other side.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <utility>

#include "base/clock.h"

namespace kt {

template <class Item>
class ByteQueue {
 public:
  explicit ByteQueue(size_t capacity_bytes) : capacity_bytes_(capacity_bytes) {}

  /// Waits for room. An item above the capacity passes alone. False where the queue has ended.
  bool push(Item item, size_t size_bytes) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] {
      return ended_ || items_.empty() || held_bytes_ + size_bytes <= capacity_bytes_;
    });
    if (ended_) return false;
    add(std::move(item), size_bytes, lock);
    return true;
  }

  /// Never waits: for what must get through though the queue is full.
  void push_now(Item item, size_t size_bytes) {
    std::unique_lock lock(mutex_);
    if (!ended_) add(std::move(item), size_bytes, lock);
  }

  /// The oldest item; nothing at the deadline, or where the queue has ended and is empty. Throws
  /// the error that the queue ended with, once it is empty.
  std::optional<Item> pop(Deadline deadline = Deadline::never()) {
    std::unique_lock lock(mutex_);
    auto ready = [&] { return ended_ || !items_.empty(); };
    if (deadline.is_never())
      changed_.wait(lock, ready);
    else if (!ready() && !deadline.expired())
      changed_.wait_until(lock, deadline.time(), ready);
    if (items_.empty()) {
      if (error_) std::rethrow_exception(error_);
      return std::nullopt;
    }
    auto [item, size_bytes] = std::move(items_.front());
    items_.pop_front();
    held_bytes_ -= size_bytes;
    lock.unlock();
    changed_.notify_all();
    return std::move(item);
  }

  /// Wakes both sides. What was pushed before can still be popped.
  void end(std::exception_ptr error = nullptr) {
    std::lock_guard lock(mutex_);
    if (!ended_) error_ = std::move(error);
    ended_ = true;
    changed_.notify_all();
  }

  bool ended() const {
    std::lock_guard lock(mutex_);
    return ended_ && items_.empty();
  }

 private:
  /// Who is woken finds the lock free.
  void add(Item item, size_t size_bytes, std::unique_lock<std::mutex>& lock) {
    held_bytes_ += size_bytes;
    items_.emplace_back(std::move(item), size_bytes);
    lock.unlock();
    changed_.notify_all();
  }

  const size_t capacity_bytes_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::pair<Item, size_t>> items_;
  size_t held_bytes_ = 0;
  bool ended_ = false;
  std::exception_ptr error_;
};

}  // namespace kt
