#include "client/offsets.h"

#include <algorithm>
#include <map>

#include "client/leaders.h"
#include "protocol/msg/list_offsets.h"

namespace kt {
namespace {

int16_t version_needed(int64_t timestamp_ms) {
  if (timestamp_ms == kMaxTimestamp) return 7;
  if (timestamp_ms == kEarliestLocal) return 8;
  if (timestamp_ms == kLatestTiered) return 9;
  return timestamp_ms < kLatestTiered ? 11 : 0;
}

void fill(OffsetAnswer& answer, const msg::ListOffsetsResponse::Topic::Partition& partition,
          bool by_time) {
  answer.error_code = partition.error_code;
  answer.offset = partition.offset;
  answer.timestamp_ms = partition.timestamp;
  answer.leader_epoch = partition.leader_epoch;
  // v0 lists offsets, newest first: the one asked for is the first.
  if (partition.old_style_offsets.empty()) return;
  answer.offset = partition.old_style_offsets.front();
  answer.is_coarse = by_time;
}

}  // namespace

std::vector<OffsetAnswer> list_offsets(Cluster& cluster, const std::vector<OffsetQuery>& queries,
                                       bool read_committed) {
  msg::ListOffsetsRequest request;
  request.replica_id = -1;
  request.isolation_level = read_committed ? 1 : 0;
  request.timeout_ms = static_cast<int32_t>(cluster.options().timeout.count());
  CallOptions options;
  options.at_least = read_committed ? 2 : 0;

  // A partition may be asked for several times, and a request may name it only once: each round
  // takes the queries that are the n-th of their partition.
  std::vector<OffsetAnswer> answers(queries.size());
  std::map<TopicPartition, size_t> times_seen;
  std::vector<std::vector<size_t>> rounds;
  for (size_t i = 0; i < queries.size(); ++i) {
    answers[i].partition = queries[i].partition;
    size_t round = times_seen[queries[i].partition]++;
    if (round == rounds.size()) rounds.emplace_back();
    rounds[round].push_back(i);
    options.at_least = std::max(options.at_least, version_needed(queries[i].timestamp_ms));
  }
  for (const auto& round : rounds) {
    request.topics.clear();
    std::map<std::string, std::vector<size_t>> by_topic;
    for (size_t i : round) by_topic[queries[i].partition.topic].push_back(i);
    for (const auto& [name, members] : by_topic) {
      auto& topic = request.topics.emplace_back();
      topic.name = name;
      for (size_t i : members) {
        auto& partition = topic.partitions.emplace_back();
        partition.partition_index = queries[i].partition.partition;
        partition.timestamp = queries[i].timestamp_ms;
      }
    }
    auto response = call_leaders(cluster, request, options);
    size_t t = 0;
    for (const auto& [name, members] : by_topic) {
      for (size_t p = 0; p < members.size(); ++p)
        fill(answers[members[p]], response.topics[t].partitions[p],
             queries[members[p]].timestamp_ms >= 0);
      ++t;
    }
  }
  return answers;
}

}  // namespace kt
