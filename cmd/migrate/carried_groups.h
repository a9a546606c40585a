// Groups of 0.7 carried over: their byte positions as offsets of the target, where each partition
// of 0.7 has one of its own.
#pragma once

#include <string>
#include <vector>

#include "migrate/sources.h"

namespace kt {

/// Commits the positions of each group; what can't be is an error of the report. All partitions
/// that `statuses` has as done are in the target whole.
void carry_groups(Context& context, MigrateSetup& setup, const std::vector<std::string>& groups,
                  const std::vector<migrate::SourceStatus>& statuses);

}  // namespace kt
