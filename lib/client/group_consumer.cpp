#include "client/group_consumer.h"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/errors.h"

namespace kt {
namespace {

/// An assignment that stays empty for so many heartbeats is meant so.
constexpr int kQuietTicks = 2;

}  // namespace

GroupConsumer::GroupConsumer(Cluster& cluster, GroupOptions options,
                             ConsumerOptions consumer_options)
    : GroupParticipant(cluster, std::move(options)),
      read_committed_(consumer_options.read_committed),
      consumer_(cluster, std::move(consumer_options)) {
  begin();
}

GroupConsumer::~GroupConsumer() { abandon(); }

std::optional<FetchedChunk> GroupConsumer::next(Deadline deadline) {
  if (finished()) return std::nullopt;
  return consumer_.next(deadline);
}

void GroupConsumer::done(const FetchedChunk& chunk, int64_t next_offset) {
  std::lock_guard lock(mutex_);
  auto held = holdings_.find(chunk.partition);
  if (held == holdings_.end() || held->second.generation != chunk.generation) return;
  held->second.done_offset = next_offset;
}

bool GroupConsumer::finished() const {
  if (!options_.stop_at_end) return false;
  std::lock_guard lock(mutex_);
  // An empty assignment may only be the first word of a group that is still dealing out.
  return holdings_.empty() ? quiet_ticks_ > kQuietTicks : consumer_.finished();
}

void GroupConsumer::close() {
  end(true);
  bool done_in_vain = std::any_of(holdings_.begin(), holdings_.end(), [](const auto& entry) {
    return entry.second.done_offset > entry.second.committed_offset;
  });
  if (!failure_.empty() && done_in_vain)
    throw Error(fmt::format("the last offsets of group \"{}\" are not committed: {}",
                            options_.group, failure_));
}

std::set<TopicPartition> GroupConsumer::held() const {
  std::lock_guard lock(mutex_);
  std::set<TopicPartition> result;
  for (const auto& [partition, holding] : holdings_) result.insert(partition);
  return result;
}

void GroupConsumer::drop(const std::set<TopicPartition>& partitions) {
  std::lock_guard lock(mutex_);
  for (const auto& partition : partitions) {
    holdings_.erase(partition);
    consumer_.unassign(partition);
  }
}

void GroupConsumer::add(const std::set<TopicPartition>& partitions) {
  cluster_.progress();
  auto starts = committed(partitions);
  std::set<TopicPartition> fresh;
  for (const auto& partition : partitions)
    if (!starts.contains(partition)) fresh.insert(partition);
  starts.merge(beginnings(fresh));
  std::map<TopicPartition, int64_t> ends;
  if (options_.stop_at_end) {
    std::vector<OffsetQuery> queries;
    for (const auto& partition : partitions) queries.push_back({partition, kLatest});
    for (const auto& answer : list_offsets(cluster_, queries, read_committed_))
      if (answer.error_code == 0) ends[answer.partition] = answer.offset;
  }
  std::lock_guard lock(mutex_);
  for (const auto& partition : partitions) {
    auto end = ends.find(partition);
    auto& holding = holdings_[partition];
    holding = {};
    holding.generation = consumer_.assign(partition, starts.at(partition),
                                          end == ends.end() ? INT64_MAX : end->second);
    // As Java's consumers do: what comes while nobody reads is for the next one who does.
    if (fresh.contains(partition)) holding.done_offset = starts.at(partition);
  }
}

std::map<TopicPartition, int64_t> GroupConsumer::beginnings(
    const std::set<TopicPartition>& partitions) {
  std::map<TopicPartition, int64_t> result;
  std::vector<OffsetQuery> queries;
  for (const auto& partition : partitions) queries.push_back({partition, options_.start_time_ms});
  std::vector<OffsetQuery> beyond;
  for (const auto& answer : list_offsets(cluster_, queries, read_committed_)) {
    if (answer.error_code != 0)
      throw Error(fmt::format("where {} starts cannot be found: {}", name_of(answer.partition),
                              error_text(answer.error_code)));
    if (answer.offset < 0)
      beyond.push_back({answer.partition, kLatest});
    else
      result[answer.partition] = answer.offset;
  }
  // No record is as young as the time asked for: only what is still to come.
  for (const auto& answer : list_offsets(cluster_, beyond, read_committed_))
    result[answer.partition] = std::max<int64_t>(answer.offset, 0);
  return result;
}

}  // namespace kt
