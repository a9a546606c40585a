// Writing JSON by hand: the parts that are easy to get wrong. What is valid UTF-8 stays as it is.
#pragma once

#include <string>
#include <string_view>

namespace kt {

/// Appends `text` quoted and escaped. Bytes that are not UTF-8 become U+FFFD, so that the result is
/// always JSON.
void append_json_string(std::string& out, std::string_view text);

/// Length of the valid UTF-8 character at the start of `text`, or 0 where there is none.
size_t utf8_length(std::string_view text);

}  // namespace kt
