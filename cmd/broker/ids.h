// Brokers as words of the command line: numbers, none for all of them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/context.h"
#include "client/cluster.h"

namespace kt {

/// The brokers meant, in order of their numbers; one that the cluster lacks becomes an error of the
/// report. Throws a usage error for a word that is no number.
std::vector<int32_t> choose_brokers(Context& context, Cluster& cluster,
                                    const std::vector<std::string>& words);

/// The active controller: with KRaft the leader of its quorum, which may be no broker; -1 where
/// nobody tells.
int32_t controller_of(Cluster& cluster);

}  // namespace kt
