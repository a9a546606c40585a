// Secrets that a person types, or that stdin brings: they never stand on a command line.
#pragma once

#include <string>
#include <string_view>

namespace kt {

/// The first line of stdin; where that is a terminal, what is typed there unseen, twice the same.
/// Throws a usage error where it is empty or the two differ.
std::string read_secret(std::string_view what);

}  // namespace kt
