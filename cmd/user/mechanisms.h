// The mechanisms that the commands of `kt user` take.
#pragma once

#include <string_view>
#include <vector>

#include "cli/argument.h"
#include "client/admin_users.h"

namespace kt {

void parse_value(std::string_view text, ScramMechanism& mechanism);

/// --mechanism
Argument mechanism_argument(std::string_view help, std::vector<ScramMechanism>* mechanisms);

/// Those given, or both.
std::vector<ScramMechanism> or_both(const std::vector<ScramMechanism>& mechanisms);

}  // namespace kt
