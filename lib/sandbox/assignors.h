// How the coordinator of a consumer group spreads partitions over members.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "base/uuid.h"

namespace kt::sandbox {

using Place = std::pair<Uuid, int32_t>;  // topic id, partition
using Places = std::set<Place>;

struct AssignmentInput {
  std::map<std::string, std::set<Uuid>> topics_of_member;
  std::map<Uuid, int32_t> partitions_of_topic;
  std::map<std::string, Places> current;  // what the uniform assignor keeps where it can
};

/// As equal shares as the subscriptions allow, moving as little as possible.
std::map<std::string, Places> assign_uniform(const AssignmentInput& input);
/// Per topic, consecutive partitions to members in their order.
std::map<std::string, Places> assign_range(const AssignmentInput& input);

}  // namespace kt::sandbox
