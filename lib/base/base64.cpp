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

char* encode(char* out, std::string_view bytes, const char* alphabet, bool padded) {
  auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<uint8_t>(bytes[i])); };
  auto put = [&](uint32_t group, size_t count) {
    for (size_t i = 0; i < count; ++i) *out++ = alphabet[group >> (18 - 6 * i) & 63];
  };
  size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) put(byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2), 4);
  size_t left = bytes.size() - i;
  if (left == 0) return out;
  put(byte(i) << 16 | (left == 2 ? byte(i + 1) << 8 : 0), left + 1);
  for (; padded && left < 3; ++left) *out++ = '=';
  return out;
}

std::string encoded(std::string_view bytes, const char* alphabet, bool padded) {
  std::string out(base64_size(bytes.size()), '\0');
  out.resize(static_cast<size_t>(encode(out.data(), bytes, alphabet, padded) - out.data()));
  return out;
}

}  // namespace

char* base64_to(char* out, std::string_view bytes) { return encode(out, bytes, kStandard, true); }

void append_base64(std::string& out, std::string_view bytes) { out += base64(bytes); }

std::string base64(std::string_view bytes) { return encoded(bytes, kStandard, true); }

std::string base64url(std::string_view bytes) { return encoded(bytes, kUrl, false); }

char* parse_base64_to(char* out, std::string_view text) {
  size_t padding = 0;
  while (padding < 2 && text.ends_with('=')) text.remove_suffix(1), ++padding;
  if (text.size() % 4 == 1 || (padding > 0 && (text.size() + padding) % 4 != 0)) return nullptr;
  uint32_t bits = 0;
  int held = 0;
  for (char c : text) {
    int value = kValues[static_cast<uint8_t>(c)];
    if (value < 0) return nullptr;
    bits = bits << 6 | static_cast<uint32_t>(value);
    held += 6;
    if (held >= 8) *out++ = static_cast<char>(bits >> (held -= 8));
  }
  return out;
}

std::optional<std::string> parse_base64(std::string_view text) {
  std::string bytes(text.size(), '\0');
  char* end = parse_base64_to(bytes.data(), text);
  if (end == nullptr) return std::nullopt;
  bytes.resize(static_cast<size_t>(end - bytes.data()));
  return bytes;
}

}  // namespace kt
