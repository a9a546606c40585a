// A group together with its positions, wherever they are kept: in Kafka (from 0.8.2 on) or in
// ZooKeeper (consumers before 0.9, and those that were never moved). A group that is being moved
// has positions in both.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/admin_groups.h"
#include "zookeeper/consumers.h"

namespace kt {

enum class GroupStore { kafka, zookeeper };

/// `kafka` or `zookeeper`: as it is typed and printed.
std::string_view name_of(GroupStore store);

struct StoredGroup {
  GroupStore store = GroupStore::kafka;
  GroupDescription description;
  GroupOffsets offsets;
  std::shared_ptr<const zk::ConsumerGroup> in_zookeeper;  ///< as it was read there

  /// False for one without members and positions.
  bool is_there() const;
};

/// Whether the brokers keep positions (0.8.2), and whether they know of groups at all (0.9).
bool keeps_offsets(Cluster& cluster);
bool keeps_groups(Cluster& cluster);

/// What Kafka keeps of the groups named, in that order. Before 0.9 that is positions alone.
std::vector<StoredGroup> kafka_groups(Cluster& cluster, const std::vector<std::string>& names);

}  // namespace kt
