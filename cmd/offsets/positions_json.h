// The JSON of positions_file.h, behind one .cpp for its heavy header.
#pragma once

#include <string_view>
#include <vector>

#include "offsets/positions_file.h"

namespace kt {

/// Positions of `{"offsets":[{"group":"g","topic":"t","partition":0,"offset":7},...]}`; other keys
/// are passed over, a null offset too. Throws a usage error that names `file` and where in it.
std::vector<FilePosition> parse_json_positions(std::string_view text, std::string_view file);

}  // namespace kt
