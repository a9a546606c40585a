// Java's properties files: comments, separators, continuations, \uHHHH; text as UTF-8 or, where it
// is none, ISO-8859-1.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kt {

using Properties = std::vector<std::pair<std::string, std::string>>;

/// The entries in the file's order; a key may repeat. CRLF and a byte order mark are taken.
Properties parse_properties(std::string_view text);

/// The same from a file. Throws a usage error where it cannot be read.
Properties load_properties(const std::string& path);

/// The last value of any of the keys, or nullptr.
const std::string* last_value(const Properties& properties,
                              std::initializer_list<std::string_view> keys);

}  // namespace kt
