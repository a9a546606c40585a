// Files that a person names: read whole, and written so that nobody ever finds half of one.
#pragma once

#include <string>
#include <string_view>

namespace kt {

/// All bytes of a file, or of standard input where `path` is `-`. Throws a usage error where it
/// cannot be read.
std::string read_input(const std::string& path);

/// Throws a usage error where the file is there and may not be replaced.
void check_output(const std::string& path, bool overwrite);

/// Writes aside, syncs and renames.
void write_output(const std::string& path, std::string_view bytes);

}  // namespace kt
