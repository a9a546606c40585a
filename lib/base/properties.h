// Java's properties files: comments, separators, continuations, \uHHHH; text as UTF-8 or, where it
// is none, ISO-8859-1.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kt {

/// The entries in the file's order; a key may repeat. CRLF and a byte order mark are taken.
std::vector<std::pair<std::string, std::string>> parse_properties(std::string_view text);

/// The same from a file. Throws a usage error where it cannot be read.
std::vector<std::pair<std::string, std::string>> load_properties(const std::string& path);

}  // namespace kt
