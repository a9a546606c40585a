// One encoder for both alphabets, three bytes at a time.
#include "base/base64.h"

#include <array>
#include <cstdint>

namespace kt {
namespace {

constexpr char kStandard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr char kUrl[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::array<int8_t, 256> kValues = [] {
  std::array<int8_t, 256> values{};
  values.fill(-1);
  for (int8_t i = 0; i < 64; ++i) {
    values[static_cast<uint8_t>(kStandard[i])] = i;
    values[static_cast<uint8_t>(kUrl[i])] = i;
  }
  return values;
}();

void append(std::string& out, std::string_view bytes, const char* alphabet, bool padded) {
  out.reserve(out.size() + (bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    size_t count = std::min<size_t>(3, bytes.size() - i);
    uint32_t group = 0;
    for (size_t j = 0; j < 3; ++j)
      group = group << 8 | (j < count ? static_cast<uint8_t>(bytes[i + j]) : 0);
    for (size_t j = 0; j < 4; ++j) {
      if (j <= count)
        out += alphabet[group >> (18 - 6 * j) & 63];
      else if (padded)
        out += '=';
    }
  }
}

}  // namespace

void append_base64(std::string& out, std::string_view bytes) {
  append(out, bytes, kStandard, true);
}

std::string base64(std::string_view bytes) {
  std::string out;
  append(out, bytes, kStandard, true);
  return out;
}

std::string base64url(std::string_view bytes) {
  std::string out;
  append(out, bytes, kUrl, false);
  return out;
}

std::optional<std::string> parse_base64(std::string_view text) {
  size_t padding = 0;
  while (padding < 2 && text.ends_with('=')) text.remove_suffix(1), ++padding;
  if (text.size() % 4 == 1 || (padding > 0 && (text.size() + padding) % 4 != 0))
    return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  uint32_t bits = 0;
  int held = 0;
  for (char c : text) {
    int value = kValues[static_cast<uint8_t>(c)];
    if (value < 0) return std::nullopt;
    bits = bits << 6 | static_cast<uint32_t>(value);
    held += 6;
    if (held >= 8) bytes += static_cast<char>(bits >> (held -= 8));
  }
  return bytes;
}

}  // namespace kt
