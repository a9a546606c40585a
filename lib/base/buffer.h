// Bytes received from a socket or a file: grows without zeroing, and keeps its address when moved,
// so that views into it stay good.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace kt {

class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(size_t size) { resize(size); }

  char* data() { return data_.get(); }
  const char* data() const { return data_.get(); }
  size_t size() const { return size_; }
  size_t capacity() const { return capacity_; }
  std::string_view view() const { return {data_.get(), size_}; }

  /// New bytes are not initialised. Views into the buffer are lost where it grows beyond its
  /// capacity.
  void resize(size_t size) {
    if (size > capacity_) reserve(size);
    size_ = size;
  }
  void reserve(size_t capacity) {
    if (capacity <= capacity_) return;
    auto grown = std::make_unique_for_overwrite<char[]>(capacity);
    if (size_ > 0) std::memcpy(grown.get(), data_.get(), size_);
    data_ = std::move(grown);
    capacity_ = capacity;
  }

 private:
  std::unique_ptr<char[]> data_;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace kt
