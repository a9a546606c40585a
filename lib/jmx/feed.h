// Bytes that arrive as they are asked for, with a limit on all of them: nothing is allocated for
// what has not come yet.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace kt::jmx {

class Feed {
 public:
  /// `fill` puts at most that many bytes at a place and says how many; 0 at the end.
  using Fill = std::function<size_t(char* out, size_t size)>;

  Feed(Fill fill, size_t limit) : fill_(std::move(fill)), limit_(limit), left_(limit) {}

  /// From here on so many bytes may come again: a new message begins.
  void begin_message() { left_ = limit_; }
  /// How many more bytes of this message may come.
  size_t left() const { return left_; }

  /// The next bytes, valid until the next call. Throws DecodeError.
  std::string_view take(size_t count);
  uint8_t byte() { return static_cast<uint8_t>(take(1)[0]); }
  /// The byte that comes next, which stays.
  uint8_t peek();
  template <class Int>
  Int integer() {
    return load_big_endian<Int>(take(sizeof(Int)).data());
  }

 private:
  void gather(size_t count);

  Fill fill_;
  size_t limit_;
  size_t left_;
  std::string buffer_;
  size_t at_ = 0;
};

}  // namespace kt::jmx
