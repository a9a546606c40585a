#include "client/admin_reassignments.h"

#include <algorithm>

#include "client/admin_topics.h"
#include "protocol/errors.h"
#include "protocol/msg/alter_partition_reassignments.h"
#include "protocol/msg/list_partition_reassignments.h"

namespace kt {

namespace {

/// KRaft controllers refuse what would write more than 10,000 records at once.
constexpr size_t kMostAtOnce = 5'000;

/// By topic and number, each topic standing together as brokers want it.
template <class Item>
void sort_by_partition(std::vector<Item>& items) {
  std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.at < b.at; });
}

}  // namespace

std::vector<ReassignmentOutcome> alter_reassignments(Cluster& cluster,
                                                     std::vector<Reassignment> reassignments) {
  sort_by_partition(reassignments);
  std::vector<ReassignmentOutcome> outcomes;
  for (size_t from = 0; from < reassignments.size(); from += kMostAtOnce) {
    auto to = std::min(from + kMostAtOnce, reassignments.size());
    msg::AlterPartitionReassignmentsRequest request;
    request.timeout_ms = request_timeout_ms(cluster);
    for (size_t i = from; i < to; ++i) {
      const auto& [at, replicas] = reassignments[i];
      if (request.topics.empty() || request.topics.back().name != at.topic)
        request.topics.emplace_back().name = at.topic;
      auto& asked = request.topics.back().partitions.emplace_back();
      asked.partition_index = at.partition;
      asked.replicas = replicas;
    }
    auto reply = cluster.call(request);
    if (reply->error_code != 0) {
      for (size_t i = from; i < to; ++i)
        outcomes.push_back(
            {reassignments[i].at, reply->error_code, reply->error_message.value_or("")});
      continue;
    }
    for (auto& topic : reply->responses)
      for (auto& one : topic.partitions)
        outcomes.push_back(
            {{topic.name, one.partition_index}, one.error_code, one.error_message.value_or("")});
  }
  sort_by_partition(outcomes);
  return outcomes;
}

std::vector<OngoingReassignment> list_reassignments(Cluster& cluster) {
  msg::ListPartitionReassignmentsRequest request;
  request.timeout_ms = request_timeout_ms(cluster);
  request.topics.reset();
  auto reply = cluster.call(request);
  if (reply->error_code != 0)
    throw Error("the moves of replicas that go on: " +
                error_text(reply->error_code, reply->error_message.value_or("")));
  std::vector<OngoingReassignment> ongoing;
  for (auto& topic : reply->topics)
    for (auto& one : topic.partitions)
      ongoing.push_back({{topic.name, one.partition_index},
                         std::move(one.replicas),
                         std::move(one.adding_replicas),
                         std::move(one.removing_replicas)});
  sort_by_partition(ongoing);
  return ongoing;
}

}  // namespace kt
