// Groups that Kafka keeps: found on every broker, described and their offsets fetched from their
// coordinators, all groups of a coordinator in one request where the release can.
// Versions: ListGroups and DescribeGroups exist from 0.9 on; ConsumerGroupDescribe (KIP-848) from
// 3.7, ShareGroupDescribe (KIP-932) from 4.0, StreamsGroupDescribe (KIP-1071) from 4.1; OffsetFetch
// takes several groups from 3.0 (v8) on, all partitions of one from 0.10.2 (v2). Groups that live
// in ZooKeeper are not seen here.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "client/admin_topics.h"
#include "client/cluster.h"
#include "client/committed_offsets.h"

namespace kt {

struct GroupListing {
  std::string group;
  std::string protocol_type;
  std::string state;  ///< empty before 2.6
  std::string type;   ///< "classic", "consumer", "share", "streams"; empty before 3.8
  int32_t coordinator = -1;
};

/// A broker that could not be asked, and why.
struct BrokerFailure {
  int32_t broker_id = -1;
  int16_t error_code = 0;
  std::string message;
};

struct ListedGroups {
  std::vector<GroupListing> groups;  ///< by name
  std::vector<BrokerFailure> failures;
};

/// The groups of all brokers.
ListedGroups list_groups(Cluster& cluster);

/// What a member was given: partitions by topic.
using Assignment = std::map<std::string, std::vector<int32_t>>;

struct GroupMember {
  std::string id;
  std::optional<std::string> instance_id;
  std::string client_id;
  std::string host;
  std::optional<int32_t> epoch;  ///< nothing in classic groups
  std::vector<std::string> subscribed_topics;
  std::optional<std::string> subscribed_regex;
  bool regex_excludes =
      false;  ///< all topics but those that match: a black list, in ZooKeeper only
  Assignment assignment;
};

struct GroupDescription {
  std::string group;
  int16_t error_code = 0;  ///< GROUP_ID_NOT_FOUND for a group that is not there, in all releases
  std::string message;
  std::string type;  ///< "classic", "consumer", "share", "streams"
  std::string state;
  std::string protocol_type;  ///< "consumer", "connect"...
  std::string assignor;
  std::optional<int32_t> epoch;
  int32_t coordinator = -1;
  std::vector<GroupMember> members;
};

/// The groups named, in that order.
std::vector<GroupDescription> describe_groups(Cluster& cluster,
                                              const std::vector<std::string>& names);

struct GroupOffsets {
  std::string group;
  int16_t error_code = 0;
  std::string message;
  CommittedOffsets partitions;
};

/// What the groups have committed, for all partitions. A share group's start offsets stand in for
/// committed ones.
std::vector<GroupOffsets> fetch_group_offsets(Cluster& cluster,
                                              const std::vector<GroupDescription>& groups);

/// Deletes groups without members, with their offsets. From 1.1 on.
std::vector<Outcome> delete_groups(Cluster& cluster, const std::vector<std::string>& names);

}  // namespace kt
