// The log format of Kafka 0.7: entries of a length, a magic, a checksum of the payload and the
// payload. A compressed payload is itself a set of entries, at any depth. There are no keys, no
// times and no offsets: a message's place is the byte position of its outermost entry.
//
//   i32 length | i8 0 | u32 crc | payload
//   i32 length | i8 1 | i8 attributes | u32 crc | payload
//
// What is damaged is found, measured and named, and reading goes on at the next entry that can be
// trusted. Where that is depends on the bytes of the segment alone, never on how they were cut into
// pieces: who reads twice meets the same entries.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/buffer.h"

namespace kt::legacy {

struct Limits {
  size_t entry_bytes = size_t{64} << 20;      ///< a longer one is taken for damage; the most of
                                              ///< damage that is given in one piece
  size_t unpacked_bytes = size_t{256} << 20;  ///< of one entry, all depths together
};

/// The front of a byte range.
struct Front {
  enum class Kind {
    messages,  ///< an entry, whole
    damage,    ///< bytes that are no entry, or one whose content can't be trusted
    more,      ///< it needs more bytes than these to be judged
    end,       ///< there are none
  };
  Kind kind = Kind::end;
  size_t size_bytes = 0;    ///< that it takes; of `more`, how many are needed in all
  std::string reason = {};  ///< of damage
};

/// Reads entries off byte ranges; keeps the buffers that compressed ones are unpacked into.
class EntryReader {
 public:
  explicit EntryReader(Limits limits = {}) : limits_(limits) {}

  /// What stands at the front of `bytes`. `is_all`: the segment ends behind them, so that there is
  /// never more.
  Front front(std::string_view bytes, bool is_all);

  /// The messages of the last entry that was whole, in order: a plain entry has one. Good until
  /// the next call of front(), as long as its bytes are.
  const std::vector<std::string_view>& messages() const { return messages_; }

 private:
  Front damage(std::string_view bytes, bool is_all, size_t trusted, std::string reason) const;
  void unpack(std::string_view entry, size_t depth);

  Limits limits_;
  std::vector<std::string_view> messages_;
  std::deque<Buffer> buffers_;  ///< those in use keep their place
  size_t buffers_used_ = 0;
  size_t unpacked_bytes_ = 0;
};

}  // namespace kt::legacy
