#include "base/utf8.h"

#include <algorithm>
#include <iterator>

namespace kt {

CodePoint first_code_point(std::string_view text) {
  auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  uint8_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  int length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < static_cast<size_t>(length)) return {};
  uint32_t value = lead & (0x7f >> length);
  for (int i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    value = value << 6 | (byte(i) & 0x3f);
  }
  constexpr uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < kSmallest[length] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
    return {};
  return {value, length};
}

std::u16string to_utf16(std::string_view utf8) {
  std::u16string units;
  for (size_t i = 0; i < utf8.size();) {
    auto first = static_cast<uint8_t>(utf8[i++]);
    int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
    uint32_t point = more == 0 ? first : first & (0x3fU >> more);
    for (; more > 0 && i < utf8.size(); --more)
      point = point << 6 | (static_cast<uint8_t>(utf8[i++]) & 0x3f);
    if (point >= 0x10000) {
      units += static_cast<char16_t>(0xd7c0 + (point >> 10));
      point = 0xdc00 + (point & 0x3ff);
    }
    units += static_cast<char16_t>(point);
  }
  return units;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    int bytes = first_code_point(text).bytes;
    if (bytes == 0) return false;
    text.remove_prefix(bytes);
  }
  return true;
}

namespace {

struct Range {
  uint32_t first, last;
};

constexpr Range kZeroWidth[] = {
    {0x0300, 0x036f}, {0x0483, 0x0489},   {0x0591, 0x05bd},   {0x05bf, 0x05bf}, {0x05c1, 0x05c2},
    {0x05c4, 0x05c5}, {0x0610, 0x061a},   {0x064b, 0x065f},   {0x0670, 0x0670}, {0x06d6, 0x06dc},
    {0x06df, 0x06e4}, {0x06e7, 0x06e8},   {0x06ea, 0x06ed},   {0x0900, 0x0902}, {0x093a, 0x093a},
    {0x093c, 0x093c}, {0x0941, 0x0948},   {0x094d, 0x094d},   {0x0e31, 0x0e31}, {0x0e34, 0x0e3a},
    {0x0e47, 0x0e4e}, {0x1160, 0x11ff},   {0x1ab0, 0x1aff},   {0x1dc0, 0x1dff}, {0x200b, 0x200d},
    {0x20d0, 0x20f0}, {0x302a, 0x302d},   {0x3099, 0x309a},   {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f},
    {0xfeff, 0xfeff}, {0x1f3fb, 0x1f3ff}, {0xe0100, 0xe01ef},
};
constexpr Range kWide[] = {
    {0x1100, 0x115f},   {0x231a, 0x231b},   {0x2329, 0x232a},   {0x23e9, 0x23ec},
    {0x23f0, 0x23f0},   {0x23f3, 0x23f3},   {0x25fd, 0x25fe},   {0x2614, 0x2615},
    {0x2648, 0x2653},   {0x267f, 0x267f},   {0x2693, 0x2693},   {0x26a1, 0x26a1},
    {0x26aa, 0x26ab},   {0x26bd, 0x26be},   {0x26c4, 0x26c5},   {0x26ce, 0x26ce},
    {0x26d4, 0x26d4},   {0x26ea, 0x26ea},   {0x26f2, 0x26f3},   {0x26f5, 0x26f5},
    {0x26fa, 0x26fa},   {0x26fd, 0x26fd},   {0x2705, 0x2705},   {0x270a, 0x270b},
    {0x2728, 0x2728},   {0x274c, 0x274c},   {0x274e, 0x274e},   {0x2753, 0x2755},
    {0x2757, 0x2757},   {0x2795, 0x2797},   {0x27b0, 0x27b0},   {0x27bf, 0x27bf},
    {0x2b1b, 0x2b1c},   {0x2b50, 0x2b50},   {0x2b55, 0x2b55},   {0x2e80, 0x303e},
    {0x3041, 0x33ff},   {0x3400, 0x4dbf},   {0x4e00, 0x9fff},   {0xa000, 0xa4cf},
    {0xa960, 0xa97f},   {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe10, 0xfe19},
    {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},   {0x16fe0, 0x18cff},
    {0x1b000, 0x1b2ff}, {0x1f004, 0x1f004}, {0x1f0cf, 0x1f0cf}, {0x1f18e, 0x1f18e},
    {0x1f191, 0x1f19a}, {0x1f200, 0x1f320}, {0x1f32d, 0x1f335}, {0x1f337, 0x1f37c},
    {0x1f37e, 0x1f393}, {0x1f3a0, 0x1f3ca}, {0x1f3cf, 0x1f3d3}, {0x1f3e0, 0x1f3f0},
    {0x1f3f4, 0x1f3f4}, {0x1f3f8, 0x1f43e}, {0x1f440, 0x1f440}, {0x1f442, 0x1f4fc},
    {0x1f4ff, 0x1f53d}, {0x1f54b, 0x1f54e}, {0x1f550, 0x1f567}, {0x1f57a, 0x1f57a},
    {0x1f595, 0x1f596}, {0x1f5a4, 0x1f5a4}, {0x1f5fb, 0x1f64f}, {0x1f680, 0x1f6c5},
    {0x1f6cc, 0x1f6cc}, {0x1f6d0, 0x1f6d2}, {0x1f6d5, 0x1f6d7}, {0x1f6dd, 0x1f6df},
    {0x1f6eb, 0x1f6ec}, {0x1f6f4, 0x1f6fc}, {0x1f7e0, 0x1f7eb}, {0x1f90c, 0x1f93a},
    {0x1f93c, 0x1f945}, {0x1f947, 0x1f9ff}, {0x1fa70, 0x1faff}, {0x20000, 0x3fffd},
};

template <size_t N>
bool is_in(const Range (&ranges)[N], uint32_t value) {
  auto after = std::upper_bound(std::begin(ranges), std::end(ranges), value,
                                [](uint32_t v, const Range& range) { return v < range.first; });
  return after != std::begin(ranges) && value <= std::prev(after)->last;
}

/// How many bytes at the front are printable ASCII, as nearly all text is.
size_t plain_prefix(std::string_view text) {
  auto is_plain = [](char c) { return c >= 0x20 && c < 0x7f; };
  return std::find_if_not(text.begin(), text.end(), is_plain) - text.begin();
}

void append_hex(std::string& out, const char* prefix, uint32_t value, int digits) {
  out += prefix;
  while (--digits >= 0) out += "0123456789abcdef"[value >> (4 * digits) & 15];
}

}  // namespace

int display_width(std::string_view text) {
  size_t plain = plain_prefix(text);
  int width = static_cast<int>(plain);
  text.remove_prefix(plain);
  while (!text.empty()) {
    auto [value, bytes] = first_code_point(text);
    text.remove_prefix(std::max(bytes, 1));
    if (value < 0x300) {
      ++width;
    } else if (!is_in(kZeroWidth, value)) {
      width += is_in(kWide, value) ? 2 : 1;
    }
  }
  return width;
}

bool is_unsafe(uint32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c || c == 0x200e || c == 0x200f ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

std::string escape_for_terminal(std::string_view text) {
  std::string out(text.substr(0, plain_prefix(text)));
  text.remove_prefix(out.size());
  while (!text.empty()) {
    auto [value, bytes] = first_code_point(text);
    if (bytes > 0 && !is_unsafe(value)) {
      out += text.substr(0, bytes);
    } else if (bytes == 0 || value < 0x80) {
      if (value == '\n' && bytes == 1)
        out += "\\n";
      else if (value == '\r' && bytes == 1)
        out += "\\r";
      else if (value == '\t' && bytes == 1)
        out += "\\t";
      else
        append_hex(out, "\\x", static_cast<uint8_t>(text[0]), 2);
    } else {
      append_hex(out, "\\u", value, 4);
    }
    text.remove_prefix(std::max(bytes, 1));
  }
  return out;
}

}  // namespace kt
