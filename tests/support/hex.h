// Bytes written in tests as a specification shows them.
#pragma once

#include <string>
#include <string_view>

namespace kt {

/// The bytes of "82 53 4e" or "82534e"; everything but hexadecimal digits is skipped.
inline std::string from_hex(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string bytes;
  int high = -1;
  for (char c : text) {
    auto digit = kDigits.find(c);
    if (digit == std::string_view::npos) continue;
    if (high < 0) {
      high = static_cast<int>(digit);
    } else {
      bytes.push_back(static_cast<char>(high * 16 + static_cast<int>(digit)));
      high = -1;
    }
  }
  return bytes;
}

}  // namespace kt
