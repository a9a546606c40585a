#include "client/offsets.h"

#include <algorithm>

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

  std::vector<OffsetAnswer> answers(queries.size());
  std::vector<size_t> order(queries.size());
  for (size_t i = 0; i < queries.size(); ++i) {
    order[i] = i;
    answers[i].partition = queries[i].partition;
    options.at_least = std::max(options.at_least, version_needed(queries[i].timestamp_ms));
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return queries[a].partition < queries[b].partition; });
  // A partition may be asked for several times, and a request may name it only once: each round
  // takes the queries that are the n-th of their partition.
  std::vector<std::vector<size_t>> rounds;
  size_t nth = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    bool again = i > 0 && queries[order[i]].partition == queries[order[i - 1]].partition;
    nth = again ? nth + 1 : 0;
    if (nth == rounds.size()) rounds.emplace_back();
    rounds[nth].push_back(order[i]);
  }
  for (const auto& round : rounds) {
    request.topics.clear();
    for (size_t i : round) {
      const auto& [topic, number] = queries[i].partition;
      if (request.topics.empty() || request.topics.back().name != topic)
        request.topics.emplace_back().name = topic;
      auto& partition = request.topics.back().partitions.emplace_back();
      partition.partition_index = number;
      partition.timestamp = queries[i].timestamp_ms;
    }
    auto response = call_leaders(cluster, request, options);
    size_t next = 0;
    for (const auto& topic : response.topics)
      for (const auto& partition : topic.partitions) {
        size_t i = round[next++];
        fill(answers[i], partition, queries[i].timestamp_ms >= 0);
      }
  }
  return answers;
}

}  // namespace kt
