#include "client/admin_elections.h"

#include <algorithm>

#include "client/admin_topics.h"
#include "protocol/msg/elect_leaders.h"

namespace kt {

namespace {

/// KRaft controllers refuse what would write more than 10,000 records at once.
constexpr size_t kMostAtOnce = 5'000;

}  // namespace

std::vector<ElectedPartition> elect_leaders(Cluster& cluster, Election election,
                                            std::vector<TopicPartition> partitions) {
  std::sort(partitions.begin(), partitions.end());  // brokers take each topic once
  std::vector<ElectedPartition> elected;
  CallOptions options;
  options.at_least = election == Election::unclean ? 1 : 0;
  for (size_t from = 0; from < partitions.size(); from += kMostAtOnce) {
    auto to = std::min(from + kMostAtOnce, partitions.size());
    msg::ElectLeadersRequest request;
    request.election_type = static_cast<int8_t>(election);
    request.timeout_ms = request_timeout_ms(cluster);
    auto& topics = request.topic_partitions.emplace();
    for (size_t i = from; i < to; ++i) {
      if (topics.empty() || topics.back().topic != partitions[i].topic)
        topics.emplace_back().topic = partitions[i].topic;
      topics.back().partitions.push_back(partitions[i].partition);
    }
    auto reply = cluster.call(request, options);
    if (reply->error_code != 0)
      for (size_t i = from; i < to; ++i) elected.push_back({partitions[i], reply->error_code, {}});
    else
      for (auto& result : reply->replica_election_results)
        for (auto& one : result.partition_result)
          elected.push_back(
              {{result.topic, one.partition_id}, one.error_code, one.error_message.value_or("")});
  }
  return elected;
}

std::map<TopicPartition, int32_t> leaders_in(const msg::MetadataResponse& metadata) {
  std::map<TopicPartition, int32_t> leaders;
  for (const auto& topic : metadata.topics)
    for (const auto& partition : topic.partitions)
      leaders[{topic.name.value_or(""), partition.partition_index}] = partition.leader_id;
  return leaders;
}

}  // namespace kt
