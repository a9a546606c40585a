#include "mirror/target_position.h"

#include <algorithm>

#include "client/leaders.h"
#include "client/offsets.h"
#include "mirror/peek.h"
#include "protocol/msg/describe_producers.h"

namespace kt::mirror {
namespace {

/// Batches of others at the end that are looked at before the mirror's own are given up.
constexpr int kMostForeignBatches = 200;

void ask_producers(Cluster& target, const std::vector<TargetPartition>& partitions,
                   std::vector<TargetPosition>& positions) {
  msg::DescribeProducersRequest request;
  for (const auto& one : partitions) {
    if (request.topics.empty() || request.topics.back().name != one.partition.topic)
      request.topics.emplace_back().name = one.partition.topic;
    request.topics.back().partition_indexes.push_back(one.partition.partition);
  }
  auto response = call_leaders(target, request);
  size_t i = 0;
  for (const auto& topic : response.topics)
    for (const auto& partition : topic.partitions) {
      auto& position = positions[i];
      const auto& ids = partitions[i++].ids;
      // Who may write but not read is not told; the log's end may say it still.
      if (partition.error_code != 0) continue;
      for (const auto& producer : partition.active_producers) {
        auto run = ids.run_of(producer.producer_id, producer.producer_epoch);
        if (!run || producer.last_sequence < 0) continue;
        auto end = run->source_end(producer.last_sequence);
        if (position.source_position && *position.source_position >= end) continue;
        position.source_position = end;
        position.run = run;
      }
    }
}

/// The newest batch of this mirror among the last ones. `is_remembered`: brokers that cannot be
/// asked for producers may know this one still.
void read_tail(Cluster& target, const TargetPartition& one, TargetPosition& position,
               bool is_remembered) {
  int64_t offset = position.latest - 1;
  for (int i = 0; i < kMostForeignBatches && offset >= position.earliest; ++i) {
    auto peeked = peek(target, one.partition, offset);
    if (!peeked) {
      --offset;
      continue;
    }
    if (auto end = one.ids.source_end(peeked->batch)) {
      position.source_position = end;
      if (is_remembered)
        position.run = one.ids.run_of(peeked->batch.producer_id(), peeked->batch.producer_epoch());
      return;
    }
    offset = std::min(offset, peeked->batch.base_offset()) - 1;
  }
}

}  // namespace

std::vector<TargetPosition> find_target_positions(Cluster& target,
                                                  const std::vector<TargetPartition>& partitions) {
  std::vector<TargetPosition> positions(partitions.size());
  std::vector<OffsetQuery> queries;
  for (const auto& one : partitions)
    for (int64_t time : {kEarliest, kLatest}) queries.push_back({one.partition, time});
  auto answers = list_offsets(target, queries);
  for (size_t i = 0; i < partitions.size(); ++i) {
    for (const auto* answer : {&answers[2 * i], &answers[2 * i + 1]})
      if (answer->error_code != 0)
        positions[i].error =
            Error("the target's offsets are not told: " + error_text(answer->error_code));
    positions[i].earliest = answers[2 * i].offset;
    positions[i].latest = answers[2 * i + 1].offset;
  }
  bool can_ask = target.apis_of_any().best(msg::DescribeProducersRequest::api()).has_value();
  if (can_ask) ask_producers(target, partitions, positions);
  for (size_t i = 0; i < partitions.size(); ++i) {
    auto& position = positions[i];
    if (position.error || position.source_position || position.is_empty()) continue;
    try {
      read_tail(target, partitions[i], position, !can_ask);
    } catch (const Error& error) {
      position.error = error;
    }
  }
  return positions;
}

}  // namespace kt::mirror
