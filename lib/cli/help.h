// Help as text: where to begin, the verbs of a noun, and all of one command.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"

namespace kt {

/// `kt` alone: what it is, the nouns, what to type next.
std::string front_page(const CommandList& commands);

/// The commands that begin with `words`, one a line; empty where none does.
std::string noun_page(const CommandList& commands, std::string_view words);

/// One sentence, synopsis, text, flags by group, exit codes, examples, folded at `columns` (0: 80).
std::string command_page(const Command& command, int columns);

/// What `kt help WORDS` prints; a usage error where no command begins so.
std::string help_page(const CommandList& commands, const std::vector<std::string>& words,
                      int columns);

/// The command of these words; a usage error with the nearest one where there is none.
const Command& named_command(const CommandList& commands, std::string_view words);

/// The first words of all commands and their verbs: `topic` and `list, create, ...`; a verb alone
/// has its summary.
std::vector<std::pair<std::string, std::string>> nouns(const CommandList& commands);

/// `kt 0.1.0`
std::string version_line();

}  // namespace kt
