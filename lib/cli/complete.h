// Shell completion: what may stand where the cursor is. Commands, flags and fixed values come from
// the description; names of a living cluster come from a function that the caller supplies.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/argument.h"
#include "cli/command.h"
#include "cli/context.h"

namespace kt {

struct Candidate {
  std::string value;
  std::string text;  ///< what shells show beside it
};

struct Completion {
  std::vector<Candidate> candidates;
  bool files = false;        ///< the shell offers files instead
  bool directories = false;  ///< the shell offers directories instead
};

/// What a cluster is asked for: the kind of name, the settings as typed so far, and the names typed
/// before it (the topic, where partitions are wanted). An empty answer where the cluster is silent.
using Lookup = std::function<std::vector<Candidate>(Complete, const Settings&,
                                                    const std::vector<std::string>& names)>;

/// `words` are those after `kt` up to the cursor; the last one, which may be empty, is being
/// completed.
Completion complete(const CommandList& commands, const std::vector<std::string>& words,
                    const Lookup& lookup);

/// Lines of `value<TAB>text`, then `:files` or `:directories` where the shell takes over.
std::string format_completion(const Completion& completion);

/// The script of a shell (`bash`, `zsh`, `fish`) that calls `kt __complete`; a usage error for any
/// other.
std::string completion_script(std::string_view shell);

}  // namespace kt
