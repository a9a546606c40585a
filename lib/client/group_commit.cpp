#include "client/group_commit.h"

#include <map>

#include "protocol/errors.h"
#include "protocol/msg/alter_share_group_offsets.h"
#include "protocol/msg/offset_commit.h"

namespace kt {

namespace {

/// The last version that names topics.
constexpr int16_t kNamesTopics = 9;
/// Around the names in a record of __consumer_offsets.
constexpr size_t kRecordOverhead = 100;

using Outcomes = std::map<TopicPartition, CommitOutcome>;

template <class Topics>
auto& topic_of(Topics& topics, const std::string& name) {
  using Topic = typename Topics::value_type;
  constexpr bool kNamed = requires(Topic topic) { topic.name; };
  auto& last = [&]() -> auto& {
    if constexpr (kNamed) {
      if (topics.empty() || topics.back().name != name) topics.emplace_back().name = name;
    } else {
      if (topics.empty() || topics.back().topic_name != name)
        topics.emplace_back().topic_name = name;
    }
    return topics.back();
  }();
  return last;
}

void commit_offsets(Cluster& cluster, const std::string& group,
                    const std::vector<const NewPosition*>& positions, Outcomes& outcomes) {
  msg::OffsetCommitRequest request;
  request.group_id = group;
  for (const auto* position : positions)
    topic_of(request.topics, position->partition.topic)
        .partitions.push_back({.partition_index = position->partition.partition,
                               .committed_offset = position->offset,
                               .committed_metadata = position->metadata});
  CallOptions options;
  options.at_least = 1;  // v0 goes to ZooKeeper
  options.at_most = kNamesTopics;
  auto reply = cluster.call(request, options);
  for (const auto& topic : reply->topics)
    for (const auto& partition : topic.partitions)
      outcomes[{topic.name, partition.partition_index}] = {partition.error_code};
}

void alter_share_offsets(Cluster& cluster, const std::string& group,
                         const std::vector<const NewPosition*>& positions, Outcomes& outcomes) {
  msg::AlterShareGroupOffsetsRequest request;
  request.group_id = group;
  for (const auto* position : positions)
    topic_of(request.topics, position->partition.topic)
        .partitions.push_back(
            {.partition_index = position->partition.partition, .start_offset = position->offset});
  auto reply = cluster.call(request);
  for (const auto* position : positions)
    outcomes[position->partition] = {reply->error_code, reply->error_message.value_or("")};
  for (const auto& topic : reply->responses)
    for (const auto& partition : topic.partitions)
      outcomes[{topic.topic_name, partition.partition_index}] = {
          partition.error_code, partition.error_message.value_or("")};
}

}  // namespace

std::vector<CommitOutcome> commit_to_kafka(Cluster& cluster, const GroupDescription& group,
                                           const std::vector<NewPosition>& positions) {
  std::map<TopicPartition, const NewPosition*> sorted;
  for (const auto& position : positions) sorted[position.partition] = &position;
  Outcomes outcomes;
  for (auto next = sorted.begin(); next != sorted.end();) {
    std::vector<const NewPosition*> part;
    for (size_t bytes = 0; next != sorted.end() && (part.empty() || bytes < kCommitBytes); ++next) {
      part.push_back(next->second);
      bytes += group.group.size() + next->first.topic.size() + next->second->metadata.size() +
               kRecordOverhead;
      outcomes[next->first] = {static_cast<int16_t>(ErrorCode::unknown_server_error),
                               "the coordinator's answer passes it over"};
    }
    try {
      group.type == "share" ? alter_share_offsets(cluster, group.group, part, outcomes)
                            : commit_offsets(cluster, group.group, part, outcomes);
    } catch (const Error& error) {
      for (const auto* position : part) outcomes[position->partition] = {0, error.message()};
    }
  }
  std::vector<CommitOutcome> ordered;
  ordered.reserve(positions.size());
  for (const auto& position : positions) ordered.push_back(outcomes[position.partition]);
  return ordered;
}

}  // namespace kt
