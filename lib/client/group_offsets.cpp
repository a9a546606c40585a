// The committed offsets of a group consumer: read for what it takes on, written for what is done.
#include <fmt/format.h>

#include "client/group_consumer.h"
#include "client/membership.h"
#include "protocol/errors.h"
#include "protocol/msg/offset_commit.h"
#include "protocol/msg/offset_fetch.h"

namespace kt {
namespace {

/// From these versions on several groups are asked at once, and topics go by id, which 0.9 to 4.0
/// lack.
constexpr int16_t kSeveralGroups = 8, kLastWithNames = 9;

msg::OffsetFetchRequest fetch_request(const std::string& group,
                                      const std::set<TopicPartition>& partitions, int16_t version) {
  msg::OffsetFetchRequest request;
  if (version >= 7) request.require_stable = true;
  auto fill = [&](auto& topics) {
    for (const auto& partition : partitions) {
      if (topics.empty() || topics.back().name != partition.topic)
        topics.emplace_back().name = partition.topic;
      topics.back().partition_indexes.push_back(partition.partition);
    }
  };
  if (version >= kSeveralGroups) {
    auto& entry = request.groups.emplace_back();
    entry.group_id = group;
    fill(entry.topics.emplace());
  } else {
    request.group_id = group;
    fill(request.topics.emplace());
  }
  return request;
}

}  // namespace

std::map<TopicPartition, int64_t> GroupConsumer::committed(
    const std::set<TopicPartition>& partitions) {
  Deadline patience(cluster_.options().timeout);
  for (int attempt = 1;; ++attempt) {
    auto reply = link_.ask<msg::OffsetFetchRequest>(
        [&](int16_t version) { return fetch_request(options_.group, partitions, version); },
        kLastWithNames);
    std::map<TopicPartition, int64_t> result;
    int16_t failure = reply->error_code;
    auto take = [&](const auto& topics) {
      for (const auto& topic : topics)
        for (const auto& partition : topic.partitions) {
          if (partition.error_code != 0) failure = partition.error_code;
          if (partition.committed_offset >= 0)
            result[{topic.name, partition.partition_index}] = partition.committed_offset;
        }
    };
    take(reply->topics);
    for (const auto& group : reply->groups) {
      if (group.error_code != 0) failure = group.error_code;
      take(group.topics);
    }
    if (failure == 0) return result;
    auto pause = cluster_.backoff(attempt);
    if (!error_retriable(failure) || pause >= patience.remaining() || is_stopping())
      throw Error(fmt::format("the committed offsets of group \"{}\" cannot be read: {}",
                              options_.group, error_text(failure)));
    wait(pause);
  }
}

bool GroupConsumer::commit() {
  std::map<TopicPartition, int64_t> offsets;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [partition, holding] : holdings_)
      if (holding.done_offset >= 0 && holding.done_offset != holding.committed_offset)
        offsets[partition] = holding.done_offset;
  }
  if (offsets.empty()) return true;
  auto reply = link_.ask<msg::OffsetCommitRequest>(
      [&](int16_t version) {
        msg::OffsetCommitRequest request;
        request.group_id = options_.group;
        request.generation_id_or_member_epoch = member_->epoch();
        request.member_id = member_->member_id();
        if (version >= 7 && !options_.instance_id.empty())
          request.group_instance_id = options_.instance_id;
        for (const auto& [partition, offset] : offsets) {
          if (request.topics.empty() || request.topics.back().name != partition.topic)
            request.topics.emplace_back().name = partition.topic;
          auto& entry = request.topics.back().partitions.emplace_back();
          entry.partition_index = partition.partition;
          entry.committed_offset = offset;
          entry.committed_metadata = "";
        }
        return request;
      },
      kLastWithNames);
  std::lock_guard lock(mutex_);
  failure_.clear();
  for (const auto& topic : reply->topics)
    for (const auto& partition : topic.partitions) {
      TopicPartition id{topic.name, partition.partition_index};
      if (partition.error_code != 0)
        failure_ = error_text(partition.error_code);
      else if (auto held = holdings_.find(id); held != holdings_.end())
        held->second.committed_offset = offsets[id];
    }
  if (!failure_.empty()) note("commit: " + failure_);
  return failure_.empty();
}

}  // namespace kt
