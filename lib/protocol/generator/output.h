// What the generator makes of the descriptions.
#pragma once

#include <string>
#include <vector>

#include "description.h"

namespace kt::generator {

/// The header of one file: `#include "protocol/msg/STEM.h"`.
std::string header(const File& file);
/// The tables of some files, one .cpp.
std::string tables(const std::vector<const File*>& files);
/// The lists of all APIs and all data messages, one .cpp.
std::string lists(const std::vector<File>& files);

/// The type of a member as C++ spells it.
std::string member_type(const Field& field);

}  // namespace kt::generator
