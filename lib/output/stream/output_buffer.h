// Where streams are formatted: one large buffer that is written out whole, so that a record costs
// neither an allocation nor a system call.
#pragma once

#include <cstring>
#include <string_view>

#include "base/buffer.h"

namespace kt::stream {

class OutputBuffer {
 public:
  /// How full the buffer should get before it is written: what stays in a core's own cache.
  static constexpr size_t kFullBytes = size_t{256} << 10;

  OutputBuffer() { bytes_.reserve(kFullBytes + (size_t{64} << 10)); }

  bool full() const { return bytes_.size() >= kFullBytes; }
  bool empty() const { return bytes_.size() == 0; }
  size_t size() const { return bytes_.size(); }
  std::string_view view() const { return bytes_.view(); }
  void clear() { bytes_.resize(0); }
  /// Forgets what was appended after the buffer had this size.
  void truncate(size_t size) { bytes_.resize(size); }

  /// Room for `most` bytes, to be written in place and then taken by advance_to().
  char* room(size_t most) {
    size_t needed = bytes_.size() + most;
    if (needed > bytes_.capacity()) bytes_.reserve(needed + needed / 2);
    return bytes_.data() + bytes_.size();
  }
  void advance_to(const char* end) { bytes_.resize(static_cast<size_t>(end - bytes_.data())); }

  void append(std::string_view text) {
    char* at = room(text.size());
    if (!text.empty()) std::memcpy(at, text.data(), text.size());
    advance_to(at + text.size());
  }
  void append(char c) {
    char* at = room(1);
    *at = c;
    advance_to(at + 1);
  }

 private:
  Buffer bytes_;
};

}  // namespace kt::stream
