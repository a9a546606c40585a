// Names of a living cluster for shell completion.
#pragma once

#include <string>
#include <vector>

#include "cli/complete.h"

namespace kt {

/// Topics, groups, brokers or partitions of the cluster that the settings name: at most 300 ms,
/// nothing where it is silent, kept for some seconds under $XDG_CACHE_HOME (or ~/.cache) where that
/// can be written. Short names of MBeans without asking.
std::vector<Candidate> look_up(Complete kind, const Settings& settings,
                               const std::vector<std::string>& names);

}  // namespace kt
