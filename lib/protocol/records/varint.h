// Zigzag varints off a pointer, for the innermost loops over records; everybody else uses
// ByteReader.
#pragma once

#include <cstdint>

namespace kt {

/// Reads at `at`, which moves behind it. False where `end` or the tenth byte comes first; `at` is
/// then lost.
inline bool take_varint(const char*& at, const char* end, int64_t& value) {
  if (at == end) return false;
  uint64_t raw = static_cast<uint8_t>(*at++);
  if (raw >= 0x80) {
    raw &= 0x7f;
    for (int shift = 7;; shift += 7) {
      if (at == end || shift > 63) return false;
      auto byte = static_cast<uint8_t>(*at++);
      raw |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
  }
  value = static_cast<int64_t>((raw >> 1) ^ (uint64_t{0} - (raw & 1)));
  return true;
}

/// Writes at `at`, which must have room for ten bytes; where it ends.
inline char* put_varint(char* at, int64_t value) {
  uint64_t raw = (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
  while (raw >= 0x80) {
    *at++ = static_cast<char>(raw | 0x80);
    raw >>= 7;
  }
  *at++ = static_cast<char>(raw);
  return at;
}

/// How many bytes put_varint writes.
inline size_t varint_size(int64_t value) {
  uint64_t raw = (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
  return static_cast<size_t>(63 - __builtin_clzll(raw | 1)) / 7 + 1;
}

}  // namespace kt
