// The manual in roff: a page for each command and kt(1), which lists them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cli/command.h"

namespace kt {

/// File names (`kt-topic-create.1`) and their text.
std::vector<std::pair<std::string, std::string>> manual_pages(const CommandList& commands);

}  // namespace kt
