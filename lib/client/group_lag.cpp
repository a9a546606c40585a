#include "client/group_lag.h"

#include <algorithm>
#include <map>
#include <set>

#include "client/offsets.h"
#include "client/record_times.h"

namespace kt {

namespace {

/// What is known of a group in any of its stores.
struct Knowledge {
  std::map<TopicPartition, const GroupMember*> owners;
  std::vector<const GroupOffsets*> offsets;

  bool has_position(const TopicPartition& partition) const {
    return std::any_of(offsets.begin(), offsets.end(),
                       [&](const auto* one) { return one->partitions.contains(partition); });
  }
};

/// By the name of the group.
std::map<std::string, Knowledge> knowledge_of(const std::vector<StoredGroup>& groups) {
  std::map<std::string, Knowledge> known;
  for (const auto& group : groups) {
    auto& of_group = known[group.description.group];
    of_group.offsets.push_back(&group.offsets);
    for (const auto& member : group.description.members)
      for (const auto& [topic, numbers] : member.assignment)
        for (auto number : numbers) of_group.owners[{topic, number}] = &member;
  }
  return known;
}

PartitionLag lag_at(const TopicPartition& partition, const Knowledge& known) {
  PartitionLag lag;
  lag.partition = partition;
  if (auto owner = known.owners.find(partition); owner != known.owners.end()) {
    lag.owner = owner->second->id;
    lag.client_id = owner->second->client_id;
    lag.host = owner->second->host;
  }
  return lag;
}

std::vector<PartitionLag> partitions_of(const StoredGroup& group, const Knowledge& known) {
  std::vector<PartitionLag> partitions;
  partitions.reserve(group.offsets.partitions.size());
  for (const auto& [partition, committed] : group.offsets.partitions) {
    auto& lag = partitions.emplace_back(lag_at(partition, known));
    if (committed.offset >= 0) lag.position = committed.offset;
    lag.metadata = committed.metadata;
  }
  std::set<TopicPartition> without_position;
  for (const auto& member : group.description.members)
    for (const auto& [topic, numbers] : member.assignment)
      for (auto number : numbers)
        // A member in ZooKeeper may keep its positions in Kafka: they have a row there.
        if (TopicPartition read{topic, number}; !known.has_position(read))
          without_position.insert(std::move(read));
  for (const auto& partition : without_position) partitions.push_back(lag_at(partition, known));
  if (!without_position.empty())
    std::sort(partitions.begin(), partitions.end(),
              [](const auto& a, const auto& b) { return a.partition < b.partition; });
  return partitions;
}

/// Groups often have the same partitions in the same order: the next one is looked at first.
void measure_ends(Cluster& cluster, std::vector<GroupLag>& groups) {
  std::set<TopicPartition> all;
  for (const auto& group : groups) {
    auto next = all.begin();
    for (const auto& lag : group.partitions) next = std::next(all.insert(next, lag.partition));
  }
  if (all.empty()) return;
  std::vector<OffsetQuery> queries;
  for (const auto& partition : all) queries.push_back({partition, kLatest});
  const auto ends = list_offsets(cluster, queries);
  auto is_before = [](const OffsetAnswer& answer, const TopicPartition& partition) {
    return answer.partition < partition;
  };
  for (auto& group : groups) {
    auto end = ends.begin();
    for (auto& lag : group.partitions) {
      if (end == ends.end() || !(end->partition == lag.partition))
        end = std::lower_bound(ends.begin(), ends.end(), lag.partition, is_before);
      lag.error_code = end->error_code;
      if (end->error_code == 0) {
        lag.log_end = end->offset;
        if (lag.position) lag.lag = std::max<int64_t>(end->offset - *lag.position, 0);
      }
      ++end;
    }
  }
}

void measure_times(Cluster& cluster, std::vector<GroupLag>& groups) {
  // Groups that stand at the same record share the question.
  std::map<std::pair<TopicPartition, int64_t>, std::vector<PartitionLag*>> asked;
  for (auto& group : groups)
    for (auto& lag : group.partitions)
      if (lag.lag.value_or(0) > 0) asked[{lag.partition, *lag.position}].push_back(&lag);
  std::vector<RecordPlace> places;
  for (const auto& [place, lags] : asked) places.push_back({place.first, place.second});
  auto times = record_times(cluster, places);
  size_t i = 0;
  for (const auto& [place, lags] : asked) {
    for (auto* lag : lags) lag->next_time_ms = times[i];
    ++i;
  }
}

}  // namespace

std::optional<int64_t> GroupLag::total() const {
  std::optional<int64_t> total;
  for (const auto& partition : partitions)
    if (partition.lag) total = total.value_or(0) + *partition.lag;
  return total;
}

std::vector<GroupLag> measure_lag(Cluster& cluster, const std::vector<StoredGroup>& groups,
                                  bool with_times) {
  auto known = knowledge_of(groups);
  std::vector<GroupLag> measured;
  for (const auto& group : groups)
    measured.push_back({&group, partitions_of(group, known[group.description.group])});
  measure_ends(cluster, measured);
  if (with_times) measure_times(cluster, measured);
  return measured;
}

}  // namespace kt
