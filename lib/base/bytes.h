// Big-endian bytes and Kafka's variable-length integers, read with every length checked, written by
// appending. Bytes are std::string where owned and std::string_view where looked at.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/error.h"

namespace kt {

/// Input that ends too early or contradicts itself. The message says where and what.
class DecodeError : public Error {
 public:
  using Error::Error;
};

/// The big-endian integer at `bytes`, which must hold sizeof(Int) bytes.
template <class Int>
Int load_big_endian(const char* bytes) {
  std::make_unsigned_t<Int> value;
  std::memcpy(&value, bytes, sizeof value);
  if constexpr (sizeof value == 2) value = __builtin_bswap16(value);
  if constexpr (sizeof value == 4) value = __builtin_bswap32(value);
  if constexpr (sizeof value == 8) value = __builtin_bswap64(value);
  return static_cast<Int>(value);
}

/// Writes `value` big-endian to `out`, which must have room for sizeof(Int) bytes.
template <class Int>
void store_big_endian(char* out, Int value) {
  auto raw = static_cast<std::make_unsigned_t<Int>>(value);
  if constexpr (sizeof raw == 2) raw = __builtin_bswap16(raw);
  if constexpr (sizeof raw == 4) raw = __builtin_bswap32(raw);
  if constexpr (sizeof raw == 8) raw = __builtin_bswap64(raw);
  std::memcpy(out, &raw, sizeof raw);
}

/// Takes values off the front of bytes that somebody else owns. Throws DecodeError where they end
/// too early.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  size_t remaining() const { return bytes_.size() - position_; }
  size_t position() const { return position_; }
  bool at_end() const { return position_ == bytes_.size(); }

  /// A fixed-width big-endian integer.
  template <class Int>
  Int integer() {
    return load_big_endian<Int>(take(sizeof(Int)).data());
  }
  double float64() { return std::bit_cast<double>(integer<uint64_t>()); }

  /// Unsigned LEB128 of at most 5 bytes.
  uint32_t uvarint() { return static_cast<uint32_t>(leb128(5)); }
  /// Zigzag LEB128 of at most 5 and 10 bytes.
  int32_t varint() {
    auto raw = static_cast<uint32_t>(leb128(5));
    return static_cast<int32_t>((raw >> 1) ^ (0U - (raw & 1)));
  }
  int64_t varlong() {
    uint64_t raw = leb128(10);
    return static_cast<int64_t>((raw >> 1) ^ (uint64_t{0} - (raw & 1)));
  }

  /// The next `count` bytes, as a view.
  std::string_view take(size_t count) {
    if (count > remaining())
      throw DecodeError("needs " + std::to_string(count) + " bytes, " +
                        std::to_string(remaining()) + " left");
    auto view = bytes_.substr(position_, count);
    position_ += count;
    return view;
  }
  std::string_view rest() { return take(remaining()); }

 private:
  uint64_t leb128(int most_bytes) {
    uint64_t value = 0;
    for (int i = 0; i < most_bytes; ++i) {
      auto byte = static_cast<uint8_t>(take(1)[0]);
      value |= static_cast<uint64_t>(byte & 0x7f) << (7 * i);
      if (byte < 0x80) return value;
    }
    throw DecodeError("variable-length integer of more than " + std::to_string(most_bytes) +
                      " bytes");
  }

  std::string_view bytes_;
  size_t position_ = 0;
};

/// Appends values to a string.
class ByteWriter {
 public:
  explicit ByteWriter(std::string& out) : out_(out) {}

  template <class Int>
  void integer(Int value) {
    char raw[sizeof(Int)];
    store_big_endian(raw, value);
    out_.append(raw, sizeof raw);
  }
  void float64(double value) { integer(std::bit_cast<uint64_t>(value)); }
  void uvarint(uint64_t value) {
    while (value >= 0x80) {
      out_.push_back(static_cast<char>(value | 0x80));
      value >>= 7;
    }
    out_.push_back(static_cast<char>(value));
  }
  /// Zigzag; serves varint and varlong, whose bytes are the same.
  void varint(int64_t value) {
    uvarint((static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63));
  }
  void bytes(std::string_view bytes) { out_.append(bytes); }

  size_t size() const { return out_.size(); }
  /// Overwrites sizeof(Int) bytes at `position`, for lengths known only afterwards.
  template <class Int>
  void patch(size_t position, Int value) {
    store_big_endian(out_.data() + position, value);
  }

 private:
  std::string& out_;
};

}  // namespace kt
