// Who of a group reads what, judged apart from the asking: every partition of the topics that its
// members subscribe to has exactly one live owner (at least one in a share group), every owner is
// a member, and every member has something to do.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/stored_groups.h"

namespace kt {

/// One thing that is wrong with a group.
struct OwnershipFinding {
  std::string_view kind;  ///< one of kOwnershipKinds
  std::optional<std::string> topic;
  std::optional<int32_t> partition;
  std::string member;  ///< empty where none is concerned
  std::string message;
};

/// All kinds, in the order in which they are reported.
constexpr std::string_view kOwnershipKinds[] = {"no-members",  "not-stable",   "unowned",
                                                "owned-twice", "owner-absent", "topic-absent",
                                                "idle-member"};

/// `stores` are the same group, once for each store that has it; `partition_counts` the topics of
/// the cluster.
std::vector<OwnershipFinding> examine_ownership(
    const std::vector<const StoredGroup*>& stores,
    const std::map<std::string, int32_t>& partition_counts);

}  // namespace kt
