// /brokers/topics/T: the replicas of a topic's partitions. Version 1 holds just them, 2 (2.4) adds
// replicas that come and go, 3 (2.8) an id. A write keeps every key that was read: a lost id breaks
// the topic at the next controller election.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "zookeeper/session.h"

namespace kt::zk {

/// Partition number → its replicas, the preferred leader first.
using Assignment = std::map<int32_t, std::vector<int32_t>>;

struct Topic {
  std::string name;
  Assignment replicas;
  Assignment adding, removing;  ///< of a reassignment that runs (2.4)
  std::string topic_id;         ///< empty before 2.8
  int32_t node_version = 0;
  Json json;  ///< the node as read
};

std::vector<std::string> topic_names(Session& session);

/// In the order of the names; nothing for one that is absent.
std::vector<std::optional<Topic>> topics(Session& session, const std::vector<std::string>& names);

/// One node; `path` names it in errors.
Topic parse_topic(const std::string& name, const Node& node, const std::string& path);

/// Creates the node, which makes the controller create the topic. After a lost connection a node
/// that has this assignment counts as ours, whatever the controller has added to it.
Written create_topic(Session& session, const std::string& name, const Assignment& assignment);

/// Adds partitions to a topic as it was read; `conflict` where it has changed since.
Written add_partitions(Session& session, const Topic& topic, const Assignment& added);

/// Asks the controller to delete the topic (0.8.1 and later); `exists` where that was asked before.
Written request_deletion(Session& session, const std::string& name);

/// Whether such a request waits.
bool deletion_requested(Session& session, const std::string& name);

std::string topic_path(const std::string& name);

/// `{"version":1,"partitions":{"0":[1,2]}}`
Json topic_json(const Assignment& assignment);

}  // namespace kt::zk
