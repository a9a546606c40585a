#include "mirror/target_position.h"

#include <algorithm>

#include "client/leaders.h"
#include "client/offsets.h"
#include "mirror/peek.h"
#include "mirror/stored_positions.h"
#include "mirror/tail.h"
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
        position.is_held = true;
        position.run.reset();
        if (!Run::is_over(producer.last_sequence)) position.run = run;
      }
    }
}

/// The newest batch of this mirror among the last ones. Brokers that cannot be asked for producers
/// may know this one still.
void read_tail(Cluster& source, Cluster& target, const TargetPartition& one,
               const TargetAbilities& abilities, TargetPosition& position) {
  int64_t offset = position.latest - 1;
  for (int i = 0; i < kMostForeignBatches && offset >= position.earliest; ++i) {
    auto peeked = peek(target, one.partition, offset);
    if (!peeked) {
      --offset;
      continue;
    }
    const auto& batch = peeked->batch;
    auto end = one.ids.source_end(batch);
    if (!end) {
      offset = std::min(offset, batch.base_offset()) - 1;
      continue;
    }
    position.source_position = end;
    if (!abilities.tells_producers && !Run::is_over(batch.last_sequence()))
      position.run = one.ids.run_of(batch.producer_id(), batch.producer_epoch());
    if (may_hide_holes(batch, abilities)) {
      auto start = one.ids.run_of(batch.producer_id(), batch.producer_epoch())->start;
      position.source_position = match_tail(source, one.source, start, target, one.partition,
                                            {batch.base_offset(), batch.next_offset()});
      if (position.source_position != end) position.run.reset();
    }
    return;
  }
}

void compare_with_source(Cluster& source, Cluster& target, const std::string& mirror,
                         const std::vector<TargetPartition>& partitions,
                         std::vector<TargetPosition>& positions) {
  std::vector<StoredPosition> stored;
  for (const auto& one : partitions) stored.push_back({one.partition, one.ids});
  auto found = StoredPositions(target, mirror).load(stored);
  for (size_t i = 0; i < partitions.size(); ++i) {
    auto& position = positions[i];
    if (position.error || !found[i]) continue;
    try {
      auto start = std::max(stored[i].target_offset, position.earliest);
      position.source_position =
          match_tail(source, partitions[i].source, stored[i].source_position, target,
                     partitions[i].partition, {start, position.latest});
    } catch (const Error& error) {
      position.error = error;
    }
  }
}

}  // namespace

bool may_hide_holes(const BatchView& batch, const TargetAbilities& abilities) {
  return !abilities.any_sequence && batch.base_sequence() == 0 && batch.last_offset_delta() > 0;
}

std::vector<TargetPosition> find_target_positions(Cluster& source, Cluster& target,
                                                  const std::string& mirror,
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
  auto abilities = abilities_of(target);
  if (!abilities.has_sequences) {
    compare_with_source(source, target, mirror, partitions, positions);
    return positions;
  }
  if (abilities.tells_producers) ask_producers(target, partitions, positions);
  for (size_t i = 0; i < partitions.size(); ++i) {
    auto& position = positions[i];
    if (position.error || position.source_position || position.is_empty()) continue;
    try {
      read_tail(source, target, partitions[i], abilities, position);
    } catch (const Error& error) {
      position.error = error;
    }
  }
  return positions;
}

}  // namespace kt::mirror
