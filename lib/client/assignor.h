// How the leader of a classic group deals out partitions: by the names that Java's assignors have,
// so that mixed groups agree.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/metadata.h"

namespace kt {

/// What a member of the group told: its topics, and what it holds already.
struct MemberState {
  std::string member_id;
  std::string instance_id;  ///< empty where it is not a static member
  std::vector<std::string> topics;
  std::vector<TopicPartition> owned;
  int32_t generation = -1;  ///< of `owned`
};

/// Member id → its partitions; every member has an entry.
using GroupAssignment = std::map<std::string, std::vector<TopicPartition>>;
/// Topic → number of partitions.
using PartitionCounts = std::map<std::string, int32_t>;

enum class Assignor {
  range,               ///< of each topic a range for each member
  round_robin,         ///< all partitions in turn
  cooperative_sticky,  ///< even, with as few moves as can be; what moves is first given up
};

std::string_view assignor_name(Assignor assignor);
std::optional<Assignor> assignor_named(std::string_view name);

/// Every partition of a topic goes to one member that wants the topic. Under cooperative_sticky a
/// partition that has to move goes to nobody in this round: its owner gives it up first.
GroupAssignment assign_partitions(Assignor assignor, const std::vector<MemberState>& members,
                                  const PartitionCounts& counts);

}  // namespace kt
