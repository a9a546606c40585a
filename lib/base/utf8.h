// Text that came from others: is it UTF-8, how many columns does a terminal give it, and what in it
// must a terminal not see. Widths follow Unicode's East Asian Width and general categories, as
// ranges of the common scripts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kt {

struct CodePoint {
  uint32_t value = 0;
  int bytes =
      0;  ///< 0: the bytes are not UTF-8 (overlong, surrogate and out-of-range forms included)
};

/// The code point at the front of `text`, which must not be empty.
CodePoint first_code_point(std::string_view text);

bool is_utf8(std::string_view text);

/// Java's characters: a code point is one of them or, beyond U+FFFF, two. What is not UTF-8 becomes
/// something, and nothing is thrown.
std::u16string to_utf16(std::string_view utf8);

/// Columns on a terminal: two for wide characters, none for combining ones.
int display_width(std::string_view text);

/// Control and bidirectional-override characters: they change what a terminal shows of other text.
bool is_unsafe(uint32_t code_point);

/// Unsafe characters and bytes that are not UTF-8 as \n, \x1b or \u202e; all other text as it is.
std::string escape_for_terminal(std::string_view text);

}  // namespace kt
