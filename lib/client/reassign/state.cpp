#include "client/reassign/state.h"

#include <algorithm>
#include <map>

namespace kt::reassign {

State::State(const Layout& layout, const Aims& aims) {
  std::map<int32_t, const Broker*> known;
  for (const auto& broker : layout.brokers) known[broker.id] = &broker;
  for (const auto& partition : layout.partitions)
    for (int32_t replica : partition.replicas) known.try_emplace(replica, nullptr);
  bool any_rack = std::any_of(layout.brokers.begin(), layout.brokers.end(),
                              [](const Broker& broker) { return !broker.rack.empty(); });
  std::map<std::string, int32_t> rack_numbers;
  std::map<int32_t, int32_t> index_of;
  for (const auto& [id, broker] : known) {
    index_of[id] = static_cast<int32_t>(ids_.size());
    ids_.push_back(id);
    bool alive = broker != nullptr, drained = aims.drain.contains(id);
    alive_.push_back(alive);
    drained_.push_back(drained);
    stays_.push_back(alive && !drained);
    receives_.push_back(alive && !drained && (aims.onto.empty() || aims.onto.contains(id)));
    // Where only some brokers have a rack, each of the others is one of its own.
    std::string rack = alive ? broker->rack : std::string();
    if (any_rack && rack.empty()) rack = '\0' + std::to_string(id);
    auto [at, added] = rack_numbers.try_emplace(rack, static_cast<int32_t>(rack_numbers.size()));
    racks_.push_back(at->second);
    if (added) rack_sizes_.push_back(0);
    if (stays_.back()) ++rack_sizes_[index(at->second)];
  }
  load_.resize(ids_.size());
  for (const auto& partition : layout.partitions) {
    auto& replicas = original_.emplace_back();
    bytes_.push_back(layout.knows_sizes ? partition.size_bytes : 1);
    for (int32_t replica : partition.replicas) {
      replicas.push_back(index_of[replica]);
      give(replicas.back(), bytes_.back());
    }
  }
  replicas_ = original_;
}

int32_t State::in_rack(size_t partition, int32_t rack, int32_t except) const {
  int32_t count = 0;
  for (int32_t replica : replicas_[partition])
    count += replica != except && racks_[index(replica)] == rack;
  return count;
}

int64_t State::rack_pairs(size_t partition) const {
  const auto& replicas = replicas_[partition];
  int64_t pairs = 0;
  for (size_t i = 0; i < replicas.size(); ++i)
    for (size_t j = 0; j < i; ++j) pairs += rack(replicas[i]) == rack(replicas[j]);
  return pairs;
}

int64_t State::fewest_pairs(size_t replica_count) const {
  int64_t pairs = 0;
  auto left = static_cast<int64_t>(replica_count);
  for (int32_t level = 0; left > 0 && level < broker_count(); ++level)
    for (int32_t size : rack_sizes_) {
      if (size <= level || left == 0) continue;
      pairs += level;
      --left;
    }
  return pairs;
}

void State::replace(size_t partition, int32_t from, int32_t to) {
  auto& replicas = replicas_[partition];
  *std::find(replicas.begin(), replicas.end(), from) = to;
  take(from, bytes_[partition]);
  give(to, bytes_[partition]);
}

void State::add(size_t partition, int32_t broker) {
  replicas_[partition].push_back(broker);
  give(broker, bytes_[partition]);
}

void State::remove(size_t partition, int32_t broker) {
  std::erase(replicas_[partition], broker);
  take(broker, bytes_[partition]);
}

void State::lead(size_t partition, int32_t broker) {
  auto& replicas = replicas_[partition];
  std::swap(replicas.front(), *std::find(replicas.begin(), replicas.end(), broker));
}

}  // namespace kt::reassign
