// The placement while it is planned: replicas as indexes of brokers, loads kept up to date, and the
// rule of racks.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "client/reassign/planner.h"

namespace kt::reassign {

/// Replicas of one partition: indexes of brokers, preferred leader first.
using Replicas = std::vector<int32_t>;

class State {
 public:
  State(const Layout& layout, const Aims& aims);

  /// May hold replicas when all is done.
  bool stays(int32_t broker) const { return stays_[index(broker)]; }
  /// May be given replicas.
  bool receives(int32_t broker) const { return receives_[index(broker)]; }
  bool is_drained(int32_t broker) const { return drained_[index(broker)]; }
  int32_t broker_count() const { return static_cast<int32_t>(ids_.size()); }
  int32_t id(int32_t broker) const { return ids_[index(broker)]; }
  bool is_alive(int32_t broker) const { return alive_[index(broker)]; }
  int32_t rack(int32_t broker) const { return racks_[index(broker)]; }
  /// Brokers that stay, by rack.
  const std::vector<int32_t>& rack_sizes() const { return rack_sizes_; }

  size_t partition_count() const { return replicas_.size(); }
  const Replicas& replicas(size_t partition) const { return replicas_[partition]; }
  const Replicas& original(size_t partition) const { return original_[partition]; }
  /// What one more copy costs.
  int64_t bytes(size_t partition) const { return bytes_[partition]; }
  bool holds(size_t partition, int32_t broker) const { return has(replicas_[partition], broker); }
  /// Whether a copy on the broker costs anything.
  bool was_on(size_t partition, int32_t broker) const { return has(original_[partition], broker); }

  /// How full a broker is: its bytes, and among equals its replicas (some weigh nothing).
  using Load = std::pair<int64_t, int64_t>;
  Load load(int32_t broker) const { return load_[index(broker)]; }

  /// Replicas of the partition in the rack, not counting the one on `except`.
  int32_t in_rack(size_t partition, int32_t rack, int32_t except = -1) const;
  /// Pairs of replicas that share a rack: what the rule of racks keeps from growing.
  int64_t rack_pairs(size_t partition) const;
  /// The fewest pairs that so many replicas can have on the brokers that stay.
  int64_t fewest_pairs(size_t replica_count) const;
  /// Whether the replica may go there without a rack getting more than it had.
  bool may_move(size_t partition, int32_t from, int32_t to) const {
    return receives(to) && !holds(partition, to) && keeps_racks(partition, from, to);
  }
  bool keeps_racks(size_t partition, int32_t from, int32_t to) const {
    return rack(from) == rack(to) ||
           in_rack(partition, rack(to), from) <= in_rack(partition, rack(from), from);
  }

  void replace(size_t partition, int32_t from, int32_t to);
  void add(size_t partition, int32_t broker);
  void remove(size_t partition, int32_t broker);
  /// Makes it the preferred leader; the one before takes its place in the list.
  void lead(size_t partition, int32_t broker);

 private:
  static size_t index(int32_t broker) { return static_cast<size_t>(broker); }
  void give(int32_t broker, int64_t bytes) {
    load_[index(broker)].first += bytes;
    ++load_[index(broker)].second;
  }
  void take(int32_t broker, int64_t bytes) {
    load_[index(broker)].first -= bytes;
    --load_[index(broker)].second;
  }
  static bool has(const Replicas& replicas, int32_t broker) {
    for (int32_t one : replicas)
      if (one == broker) return true;
    return false;
  }

  std::vector<int32_t> ids_;
  std::vector<char> alive_, stays_, receives_, drained_;
  std::vector<int32_t> racks_, rack_sizes_;
  std::vector<Replicas> replicas_, original_;
  std::vector<int64_t> bytes_;
  std::vector<Load> load_;
};

}  // namespace kt::reassign
