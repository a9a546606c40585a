#include "client/group_lag.h"

#include <algorithm>
#include <map>
#include <set>

#include "client/in_parts.h"
#include "client/offsets.h"
#include "client/record_times.h"

namespace kt {

namespace {

/// What is known of a group in any of its stores.
struct Knowledge {
  std::map<GroupStore, std::map<TopicPartition, const GroupMember*>> owners;
  std::vector<const GroupOffsets*> offsets;

  /// The member that reads it: one of this store, else of another; null where none does.
  const GroupMember* owner(const TopicPartition& partition, GroupStore store) const {
    const GroupMember* found = nullptr;
    for (const auto& [kept, members] : owners) {
      auto member = members.find(partition);
      if (member != members.end() && (found == nullptr || kept == store)) found = member->second;
    }
    return found;
  }

  bool has_position(const TopicPartition& partition) const {
    return std::any_of(offsets.begin(), offsets.end(),
                       [&](const auto* one) { return one->partitions.find(partition) != nullptr; });
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
        for (auto number : numbers) of_group.owners[group.store][{topic, number}] = &member;
  }
  return known;
}

/// Partitions that are worth another connection.
constexpr size_t kWorthIt = 100;

/// A group with what its rows are made of.
struct Measured {
  const StoredGroup* group;
  const Knowledge* known;
  std::set<TopicPartition> without_position;  ///< that a member reads
};

Measured measured(const StoredGroup& group, const Knowledge& known) {
  Measured found{&group, &known, {}};
  for (const auto& member : group.description.members)
    for (const auto& [topic, numbers] : member.assignment)
      for (auto number : numbers)
        // A member in ZooKeeper may keep its positions in Kafka: they have a row there.
        if (TopicPartition read{topic, number}; !known.has_position(read))
          found.without_position.insert(std::move(read));
  return found;
}

/// The ends of all partitions, and the times of the records that groups stand at.
class Ends {
 public:
  Ends(Cluster& cluster, const std::vector<Measured>& groups) : cluster_(cluster) {
    std::set<TopicPartition> all;
    for (const auto& one : groups) {
      // Groups often have the same partitions in the same order: the next one is looked at first.
      auto next = all.begin();
      auto add = [&](const TopicPartition& partition) {
        next = std::next(all.insert(next, partition));
      };
      for (const auto& [partition, committed] : one.group->offsets.partitions) add(partition);
      for (const auto& partition : one.without_position) add(partition);
    }
    if (all.empty()) return;
    std::vector<OffsetQuery> queries;
    queries.reserve(all.size());
    for (const auto& partition : all) queries.push_back({partition, kLatest});
    ends_ =
        in_parts(queries, kWorthIt, [&](const auto& part) { return list_offsets(cluster, part); });
  }

  /// Asks for the next record of every group; those that stand at the same one share the question.
  void look_up_times(const std::vector<Measured>& groups) {
    for (const auto& one : groups) {
      Place near = ends_.begin();
      for (const auto& [partition, committed] : one.group->offsets.partitions) {
        near = at(partition, near);
        if (near->error_code == 0 && committed.offset >= 0 && committed.offset < near->offset)
          times_[{near - ends_.begin(), committed.offset}];
        ++near;
      }
    }
    std::vector<RecordPlace> places;
    for (const auto& [place, time] : times_)
      places.push_back({ends_[place.first].partition, place.second});
    auto times =
        in_parts(places, kWorthIt, [&](const auto& part) { return record_times(cluster_, part); });
    size_t i = 0;
    for (auto& [place, time] : times_) time = times[i++];
  }

  /// What is known of a group's partitions, sorted.
  std::vector<PartitionLag> rows(const Measured& one) const {
    std::vector<PartitionLag> rows;
    rows.reserve(one.group->offsets.partitions.size() + one.without_position.size());
    auto near = ends_.begin();
    for (const auto& [partition, committed] : one.group->offsets.partitions) {
      auto& row = rows.emplace_back(row_at(partition, near, one));
      row.metadata = committed.metadata;
      if (committed.offset < 0) continue;
      row.position = committed.offset;
      if (!row.log_end) continue;
      row.lag = committed.lag >= 0 ? committed.lag
                                   : std::max<int64_t>(*row.log_end - committed.offset, 0);
      if (times_.empty() || row.lag == 0) continue;
      auto time = times_.find({near - ends_.begin() - 1, committed.offset});
      if (time != times_.end()) row.next_time_ms = time->second;
    }
    for (const auto& partition : one.without_position) rows.push_back(row_at(partition, near, one));
    if (!one.without_position.empty())
      std::sort(rows.begin(), rows.end(),
                [](const auto& a, const auto& b) { return a.partition < b.partition; });
    return rows;
  }

 private:
  using Place = std::vector<OffsetAnswer>::const_iterator;

  /// The end of a partition; looks at `near` first.
  Place at(const TopicPartition& partition, Place near) const {
    if (near != ends_.end() && near->partition == partition) return near;
    return std::lower_bound(ends_.begin(), ends_.end(), partition,
                            [](const OffsetAnswer& answer, const TopicPartition& sought) {
                              return answer.partition < sought;
                            });
  }

  /// A row without position; `near` moves behind its end.
  PartitionLag row_at(const TopicPartition& partition, Place& near, const Measured& one) const {
    PartitionLag row;
    row.partition = partition;
    near = at(partition, near);
    row.error_code = near->error_code;
    if (near->error_code == 0) row.log_end = near->offset;
    ++near;
    if (const auto* owner = one.known->owner(partition, one.group->store)) {
      row.owner = owner->id;
      row.client_id = owner->client_id;
      row.host = owner->host;
    }
    return row;
  }

  Cluster& cluster_;
  std::vector<OffsetAnswer> ends_;  ///< sorted
  std::map<std::pair<ptrdiff_t, int64_t>, std::optional<int64_t>> times_;
};

}  // namespace

std::optional<int64_t> GroupLag::total() const {
  std::optional<int64_t> total;
  for (const auto& partition : partitions)
    if (partition.lag) total = total.value_or(0) + *partition.lag;
  return total;
}

void measure_lag(Cluster& cluster, const std::vector<StoredGroup>& groups, bool with_times,
                 const std::function<void(const GroupLag&)>& take) {
  auto known = knowledge_of(groups);
  std::vector<Measured> all;
  for (const auto& group : groups) all.push_back(measured(group, known[group.description.group]));
  Ends ends(cluster, all);
  if (with_times) ends.look_up_times(all);
  for (const auto& one : all) take({one.group, ends.rows(one)});
}

}  // namespace kt
