// All commands of kt, each defined in the file of its words (topic_create in cmd/topic/create.cpp).
#pragma once

#include "cli/command.h"

namespace kt {

/// In the order in which help lists them.
const CommandList& all_commands();

}  // namespace kt
