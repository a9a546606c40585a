// What a 0.7 cluster keeps in ZooKeeper: its brokers, the partitions that each has, and the byte
// positions of groups.
//
//   /brokers/ids/B              creator:host:port
//   /brokers/topics/T/B         how many partitions of T broker B has, numbered from 0
//   /consumers/G/offsets/T/B-P  a byte position
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "legacy/log.h"
#include "net/address.h"
#include "zookeeper/session.h"

namespace kt::migrate {

struct Registry {
  std::map<int32_t, net::HostPort> brokers;
  std::vector<legacy::PartitionId> partitions;  ///< of brokers that live
};

/// Throws where the nodes are not those of 0.7.
Registry read_registry(zk::Session& session);

/// The positions of a group. Throws where it has none.
std::map<legacy::PartitionId, int64_t> group_positions(zk::Session& session,
                                                       const std::string& group);

/// `creator:host:port`. Throws with `path` in front.
net::HostPort parse_address(const std::string& data, const std::string& path);

}  // namespace kt::migrate
