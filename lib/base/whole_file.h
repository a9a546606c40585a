// Small files, read at once.
#pragma once

#include <optional>
#include <string>

namespace kt {

/// All of its bytes; nothing, and errno, where it cannot be read.
std::optional<std::string> read_whole_file(const std::string& path);

}  // namespace kt
