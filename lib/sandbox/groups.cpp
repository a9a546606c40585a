#include "sandbox/groups.h"

#include <algorithm>

#include "sandbox/offset_records.h"

namespace kt::sandbox {

Groups::Groups(Cluster& cluster) : cluster_(cluster) {}
Groups::~Groups() = default;

CommittedOffsets& Groups::zookeeper_offsets(const std::string& group_id) {
  return zookeeper_offsets_[group_id];
}

bool Group::has_pending(const TopicPartition& partition) const {
  return std::ranges::any_of(pending,
                             [&](const auto& entry) { return entry.second.contains(partition); });
}

Group* Groups::find(const std::string& id) {
  auto found = groups_.find(id);
  return found == groups_.end() ? nullptr : &found->second;
}

Group& Groups::get_or_create(const std::string& id) {
  auto [entry, is_new] = groups_.try_emplace(id);
  Group& group = entry->second;
  if (is_new) {
    group.id = id;
    group.classic = std::make_shared<ClassicGroup>(cluster_, id);
  }
  return group;
}

ConsumerGroup& Groups::get_or_create_consumer(const std::string& id) {
  Group& group = get_or_create(id);
  if (!group.consumer) group.consumer = std::make_shared<ConsumerGroup>(cluster_, id);
  return *group.consumer;
}

void Groups::commit(Group& group, const TopicPartition& partition, CommittedOffset offset) {
  write_offset_record(cluster_, group.id, partition, offset);
  group.offsets[partition] = std::move(offset);
}

void Groups::forget_offset(Group& group, const TopicPartition& partition) {
  if (group.offsets.erase(partition) > 0)
    write_offset_record(cluster_, group.id, partition, std::nullopt);
}

void Groups::remove(const std::string& id) {
  auto found = groups_.find(id);
  if (found == groups_.end()) return;
  found->second.classic->close();
  if (found->second.consumer) found->second.consumer->close();
  for (const auto& [partition, offset] : found->second.offsets)
    write_offset_record(cluster_, id, partition, std::nullopt);
  groups_.erase(found);
}

void Groups::forget_topic(const std::string& topic) {
  for (auto& [id, group] : groups_) {
    auto of_topic = [&](const auto& entry) { return entry.first.first == topic; };
    for (auto at = group.offsets.begin();
         (at = std::find_if(at, group.offsets.end(), of_topic)) != group.offsets.end();
         at = group.offsets.erase(at))
      write_offset_record(cluster_, id, at->first, std::nullopt);
  }
}

void Groups::commit_in_transaction(Group& group, const std::pair<int64_t, int16_t>& producer,
                                   const TopicPartition& partition, CommittedOffset offset) {
  group.pending[producer.first][partition] = std::move(offset);
}

void Groups::end_transaction(Group& group, int64_t producer_id, bool committed) {
  auto pending = group.pending.extract(producer_id);
  if (pending.empty() || !committed) return;
  for (auto& [partition, offset] : pending.mapped()) commit(group, partition, std::move(offset));
}

}  // namespace kt::sandbox
