// From argv to an exit code: finds the command, parses, applies environment and context, runs, and
// says every error in one sentence.
#pragma once

#include "cli/command.h"

namespace kt {

/// main() of a program with these commands.
int run(const CommandList& commands, int argc, char** argv);

}  // namespace kt
