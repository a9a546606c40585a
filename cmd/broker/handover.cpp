#include "broker/handover.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/contains.h"
#include "base/text.h"
#include "client/admin_elections.h"
#include "client/admin_reassignments.h"
#include "files.h"
#include "protocol/errors.h"

namespace kt {

namespace {

using Partitions = std::map<TopicPartition, const TopicMetadata::Partition*>;

Partitions by_place(const msg::MetadataResponse& metadata) {
  Partitions found;
  for (const auto& topic : metadata.topics)
    for (const auto& partition : topic.partitions)
      found[{topic.name.value_or(""), partition.partition_index}] = &partition;
  return found;
}

/// The list with this one in front.
std::vector<int32_t> led_by(std::vector<int32_t> replicas, int32_t leader) {
  auto found = std::find(replicas.begin(), replicas.end(), leader);
  if (found != replicas.end()) std::rotate(replicas.begin(), found, found + 1);
  return replicas;
}

std::vector<int32_t> sorted(std::vector<int32_t> list) {
  std::sort(list.begin(), list.end());
  return list;
}

void reorder(Cluster& cluster, std::vector<Reassignment> changes, Refusals& refused) {
  if (changes.empty()) return;
  for (auto& outcome : alter_reassignments(cluster, std::move(changes)))
    if (outcome.error_code != 0)
      refused[outcome.at] = {outcome.error_code, std::move(outcome.message)};
}

void elect(Cluster& cluster, std::vector<TopicPartition> partitions, Refusals& refused) {
  std::erase_if(partitions, [&](const auto& at) { return refused.contains(at); });
  if (partitions.empty()) return;
  for (auto& one : elect_leaders(cluster, Election::preferred, std::move(partitions)))
    if (one.error_code != 0 && one.error_code != ErrorCode::election_not_needed)
      refused[one.at] = {one.error_code, std::move(one.message)};
}

/// Another list of replicas given to a partition that is being moved would end that move.
Refusals being_moved(Cluster& cluster) {
  Refusals refused;
  for (const auto& one : list_reassignments(cluster))
    refused[one.at] = {0, "its replicas are being moved (kt reassign list)"};
  return refused;
}

}  // namespace

std::vector<int32_t> Handover::order_without(int32_t broker) const {
  auto order = replicas;
  auto rank = [&](int32_t id) { return id == broker ? 2 : contains(successors, id) ? 0 : 1; };
  std::stable_sort(order.begin(), order.end(),
                   [&](int32_t a, int32_t b) { return rank(a) < rank(b); });
  return order;
}

std::vector<Handover> find_handovers(const msg::MetadataResponse& metadata, int32_t broker) {
  std::set<int32_t> alive;
  for (const auto& one : metadata.brokers) alive.insert(one.node_id);
  std::vector<Handover> found;
  for (const auto& topic : metadata.topics)
    for (const auto& partition : topic.partitions) {
      const auto& replicas = partition.replica_nodes;
      bool should = replicas.size() > 1 && replicas.front() == broker;
      if (partition.leader_id != broker && !should) continue;
      auto& one = found.emplace_back();
      one.at = {topic.name.value_or(""), partition.partition_index};
      one.leader = partition.leader_id;
      one.replicas = replicas;
      for (auto id : replicas)
        if (id != broker && alive.contains(id) && contains(partition.isr_nodes, id))
          one.successors.push_back(id);
    }
  return found;
}

Refusals hand_over(Cluster& cluster, const std::vector<Handover>& handovers, int32_t broker) {
  auto refused = being_moved(cluster);
  std::vector<Reassignment> changes;
  std::vector<TopicPartition> partitions;
  for (const auto& one : handovers) {
    if (one.successors.empty() || refused.contains(one.at)) continue;
    auto order = one.order_without(broker);
    if (order != one.replicas) changes.push_back({one.at, std::move(order)});
    if (one.leader == broker) partitions.push_back(one.at);
  }
  reorder(cluster, std::move(changes), refused);
  elect(cluster, std::move(partitions), refused);
  return refused;
}

std::string rollback_name(int32_t broker) {
  return "kt-broker-" + std::to_string(broker) + "-shutdown.json";
}

void keep_rollback(const std::string& path, const std::string& cluster_id, int32_t broker,
                   const std::vector<Handover>& handovers) {
  PartitionFile file;
  if (std::filesystem::exists(path)) {
    file = read_partition_file(path);
    if (file.broker != broker || file.cluster_id != cluster_id)
      throw Error(in_quotes(path) + " is of another broker or cluster", Exit::usage,
                  "--rollback names another file");
  }
  file.broker = broker;
  file.cluster_id = cluster_id;
  std::set<TopicPartition> kept;
  for (const auto& entry : file.entries) kept.insert(entry.at);
  for (const auto& one : handovers) {
    if (kept.contains(one.at) || one.successors.empty()) continue;
    auto& entry = file.entries.emplace_back();
    entry.at = one.at;
    entry.replicas = one.replicas;
    if (one.leader >= 0) entry.leader = one.leader;
  }
  if (!file.entries.empty()) write_output(path, to_json(file));
}

int32_t leader_of(const PartitionFile::Entry& entry) {
  return entry.leader.value_or(entry.replicas.empty() ? -1 : entry.replicas.front());
}

std::map<TopicPartition, Restorable> compare_with(const PartitionFile& file,
                                                  const msg::MetadataResponse& metadata) {
  auto partitions = by_place(metadata);
  std::map<TopicPartition, Restorable> states;
  for (const auto& entry : file.entries) {
    auto found = partitions.find(entry.at);
    auto& state = states[entry.at];
    if (found == partitions.end()) {
      state = Restorable::absent;
      continue;
    }
    const auto& now = *found->second;
    bool same = now.replica_nodes == entry.replicas && now.leader_id == leader_of(entry);
    bool permuted = sorted(now.replica_nodes) == sorted(entry.replicas);
    state = same       ? Restorable::restored
            : permuted ? Restorable::changed
                       : Restorable::replicas_differ;
  }
  return states;
}

Refusals restore(Cluster& cluster, const PartitionFile& file,
                 const msg::MetadataResponse& metadata) {
  auto refused = being_moved(cluster);
  auto states = compare_with(file, metadata);
  auto partitions = by_place(metadata);
  // A leader that was not the first of its list is elected as the first, and the list put back
  // then.
  std::vector<Reassignment> before, after;
  std::vector<TopicPartition> elections;
  for (const auto& entry : file.entries) {
    if (states[entry.at] != Restorable::changed || refused.contains(entry.at)) continue;
    const auto& now = *partitions.at(entry.at);
    bool leads = now.leader_id == leader_of(entry);
    auto first = leads ? now.replica_nodes : led_by(entry.replicas, leader_of(entry));
    if (first != now.replica_nodes) before.push_back({entry.at, first});
    if (!leads) elections.push_back(entry.at);
    if (first != entry.replicas) after.push_back({entry.at, entry.replicas});
  }
  reorder(cluster, std::move(before), refused);
  elect(cluster, std::move(elections), refused);
  reorder(cluster, std::move(after), refused);
  return refused;
}

}  // namespace kt
