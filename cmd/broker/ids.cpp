#include "broker/ids.h"

#include <algorithm>

#include "base/text.h"
#include "chosen.h"
#include "protocol/msg/describe_quorum.h"
#include "zookeeper/cluster.h"

namespace kt {

std::vector<int32_t> choose_brokers(Context& context, Cluster& cluster,
                                    const std::vector<std::string>& words) {
  std::vector<int32_t> asked;
  for (const auto& word : words) {
    int64_t id = -1;
    if (!parse_int64(word, id) || id < 0 || id > INT32_MAX)
      throw Error(in_quotes(word) + " is no broker", Exit::usage, "brokers are named by numbers");
    asked.push_back(static_cast<int32_t>(id));
  }
  cluster.learn_all_brokers();
  auto known = cluster.metadata();
  if (known->brokers.empty()) known = cluster.refresh({});
  std::vector<int32_t> chosen;
  for (const auto& [id, broker] : known->brokers)
    if (asked.empty() || std::find(asked.begin(), asked.end(), id) != asked.end())
      chosen.push_back(id);
  for (auto id : asked)
    if (!known->brokers.contains(id))
      report_error(context, {{"broker", id}}, 0, "not in the cluster");
  return chosen;
}

int32_t controller_of(Cluster& cluster) {
  if (!cluster.apis_of_any().best(msg::DescribeQuorumRequest::api())) {
    bool told = cluster.metadata()->controller_id >= 0 || !cluster.names_zookeeper();
    if (told) return cluster.metadata()->controller_id;
    auto controller = zk::controller(cluster.zookeeper("the controller"));
    return controller ? controller->broker_id : -1;
  }
  msg::DescribeQuorumRequest request;
  auto& topic = request.topics.emplace_back();
  topic.topic_name = "__cluster_metadata";
  topic.partitions.emplace_back().partition_index = 0;
  CallOptions options;
  options.route = Route::any;
  auto reply = cluster.call(request, options);
  for (const auto& answered : reply->topics)
    for (const auto& partition : answered.partitions)
      if (partition.error_code == 0) return partition.leader_id;
  return cluster.metadata()->controller_id;
}

}  // namespace kt
