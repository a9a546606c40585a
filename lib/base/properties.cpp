#include "base/properties.h"

#include <cerrno>
#include <cstring>

#include "base/asked_keys.h"
#include "base/error.h"
#include "base/utf8.h"
#include "base/whole_file.h"

namespace kt {

namespace {

void append_utf8(std::string& out, uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0 | code >> 6);
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0 | code >> 12);
    out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | code >> 18);
    out += static_cast<char>(0x80 | (code >> 12 & 0x3f));
    out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  }
}

std::string latin1_to_utf8(std::string_view text) {
  std::string utf8;
  for (char c : text) append_utf8(utf8, static_cast<uint8_t>(c));
  return utf8;
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\f'; }

/// The four hexadecimal digits at `at`; false where they are none.
bool hex4(std::string_view text, size_t at, uint32_t& value) {
  if (at + 4 > text.size()) return false;
  value = 0;
  for (char c : text.substr(at, 4)) {
    int digit = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
    if (digit < 0) return false;
    value = value * 16 + static_cast<uint32_t>(digit);
  }
  return true;
}

/// Takes the backslashes out.
std::string unescaped(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      plain += text[i];
      continue;
    }
    char c = text[++i];
    uint32_t code = 0, low = 0;
    if (c == 'u' && hex4(text, i + 1, code)) {
      i += 4;
      bool pair = code >= 0xd800 && code < 0xdc00 && text.substr(i + 1, 2) == "\\u" &&
                  hex4(text, i + 3, low) && low >= 0xdc00 && low < 0xe000;
      if (pair) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        i += 6;
      }
      append_utf8(plain, code);
    } else {
      plain += c == 't' ? '\t' : c == 'n' ? '\n' : c == 'r' ? '\r' : c == 'f' ? '\f' : c;
    }
  }
  return plain;
}

/// Whether an odd number of backslashes ends the line.
bool continues(std::string_view line) {
  size_t backslashes = 0;
  while (backslashes < line.size() && line[line.size() - 1 - backslashes] == '\\') ++backslashes;
  return backslashes % 2 == 1;
}

/// The next physical line, without its end.
std::string_view take_line(std::string_view& text) {
  auto end = text.find_first_of("\r\n");
  auto line = text.substr(0, end);
  if (end == std::string_view::npos) {
    text = {};
  } else {
    text.remove_prefix(end + (text.substr(end, 2) == "\r\n" ? 2 : 1));
  }
  while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
  return line;
}

std::pair<std::string, std::string> entry_of(std::string_view line) {
  size_t end = 0;
  while (end < line.size() && line[end] != '=' && line[end] != ':' && !is_blank(line[end]))
    end += line[end] == '\\' && end + 1 < line.size() ? 2 : 1;
  size_t value = end;
  while (value < line.size() && is_blank(line[value])) ++value;
  if (value < line.size() && (line[value] == '=' || line[value] == ':')) {
    ++value;
    while (value < line.size() && is_blank(line[value])) ++value;
  }
  return {unescaped(line.substr(0, end)), unescaped(line.substr(value))};
}

}  // namespace

Properties parse_properties(std::string_view bytes) {
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  std::string converted;
  if (!is_utf8(bytes)) bytes = converted = latin1_to_utf8(bytes);
  Properties entries;
  while (!bytes.empty()) {
    std::string line(take_line(bytes));
    if (line.empty() || line[0] == '#' || line[0] == '!') continue;
    while (continues(line)) {
      line.pop_back();
      if (bytes.empty()) break;
      line += take_line(bytes);
    }
    entries.push_back(entry_of(line));
  }
  return entries;
}

Properties load_properties(const std::string& path) {
  auto text = read_whole_file(path);
  if (!text) throw Error(path + ": " + std::strerror(errno), Exit::usage);
  return parse_properties(*text);
}

const std::string* last_value(const Properties& properties,
                              std::initializer_list<std::string_view> keys) {
  for (auto wanted : keys) note_asked(wanted);
  const std::string* found = nullptr;
  for (const auto& [key, value] : properties)
    for (auto wanted : keys)
      if (key == wanted) found = &value;
  return found;
}

}  // namespace kt
