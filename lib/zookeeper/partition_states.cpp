#include "zookeeper/partition_states.h"

#include <fmt/format.h>

#include "base/json.h"
#include "zookeeper/topics.h"

namespace kt::zk {

PartitionState parse_partition_state(std::string_view data, const std::string& path) {
  auto json = Json::parse(data, path);
  JsonPlace root(json, path);
  PartitionState state;
  state.leader = root["leader"].int32();
  state.leader_epoch = root["leader_epoch"].int32();
  state.controller_epoch = root["controller_epoch"].int32();
  state.isr = root["isr"].int32s();
  return state;
}

std::vector<std::optional<PartitionState>> partition_states(
    Session& session, const std::vector<Partition>& partitions) {
  std::vector<std::string> paths;
  for (const auto& [topic, partition] : partitions)
    paths.push_back(fmt::format("{}/partitions/{}/state", topic_path(topic), partition));
  auto nodes = session.get(paths);
  std::vector<std::optional<PartitionState>> states;
  for (size_t i = 0; i < paths.size(); ++i) {
    auto& state = states.emplace_back();
    if (nodes[i]) state = parse_partition_state(nodes[i]->data, paths[i]);
  }
  return states;
}

}  // namespace kt::zk
