// What any plan has to move at least, and what it must keep, reckoned from the layout and the
// placement alone: nothing of the planner's is used but its input and its answer.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "client/reassign/planner.h"

namespace kt::test {

using Loads = std::map<int32_t, double>;

inline Loads loads_of(const reassign::Layout& layout,
                      const std::vector<std::vector<int32_t>>& replicas) {
  Loads loads;
  for (const auto& broker : layout.brokers) loads[broker.id] = 0;
  for (size_t i = 0; i < replicas.size(); ++i)
    for (int32_t broker : replicas[i])
      loads[broker] += static_cast<double>(layout.partitions[i].size_bytes);
  return loads;
}

inline std::vector<std::vector<int32_t>> replicas_of(const reassign::Layout& layout) {
  std::vector<std::vector<int32_t>> replicas;
  for (const auto& partition : layout.partitions) replicas.push_back(partition.replicas);
  return replicas;
}

/// Bytes of copies that were not there before.
inline double bytes_moved(const reassign::Layout& layout,
                          const std::vector<std::vector<int32_t>>& after) {
  double bytes = 0;
  for (size_t i = 0; i < after.size(); ++i)
    for (int32_t broker : after[i]) {
      const auto& before = layout.partitions[i].replicas;
      if (std::find(before.begin(), before.end(), broker) == before.end())
        bytes += static_cast<double>(layout.partitions[i].size_bytes);
    }
  return bytes;
}

struct Limits {
  double low = 0, high = 0;
};

/// The mean of the brokers that stay, and the tolerance about it.
inline Limits limits_of(const Loads& loads, const std::set<int32_t>& drained, double tolerance) {
  double sum = 0, count = 0;
  for (const auto& [broker, load] : loads) {
    sum += load;
    count += drained.contains(broker) ? 0 : 1;
  }
  return {sum / count * (1 - tolerance), sum / count * (1 + tolerance)};
}

/// The bound: bytes that must leave drained brokers, or bytes above the band (or missing below it).
inline double least_moved(const Loads& loads, const std::set<int32_t>& drained,
                          const Limits* limits) {
  double leaving = 0, above = 0, below = 0;
  for (const auto& [broker, load] : loads) {
    if (drained.contains(broker)) {
      leaving += load;
    } else if (limits) {
      above += std::max(0.0, load - limits->high);
      below += std::max(0.0, limits->low - load);
    }
  }
  return std::max({leaving, above, below});
}

/// Pairs of replicas of a partition that share a rack.
inline int pairs_in_racks(const reassign::Layout& layout, const std::vector<int32_t>& replicas) {
  std::map<std::string, int> in_rack;
  for (const auto& broker : layout.brokers)
    if (std::find(replicas.begin(), replicas.end(), broker.id) != replicas.end())
      ++in_rack[broker.rack];
  int pairs = 0;
  for (const auto& [rack, count] : in_rack) pairs += count * (count - 1) / 2;
  return pairs;
}

/// The fewest pairs that so many replicas can have: one more for each rack in turn.
inline int fewest_pairs(const reassign::Layout& layout, const std::set<int32_t>& drained,
                        size_t replicas) {
  std::map<std::string, int> room;
  for (const auto& broker : layout.brokers)
    if (!drained.contains(broker.id)) ++room[broker.rack];
  int pairs = 0;
  size_t placed = 0;
  for (int round = 0; placed < replicas; ++round) {
    bool any = false;
    for (const auto& [rack, brokers] : room) {
      if (brokers <= round || placed == replicas) continue;
      pairs += round;
      ++placed;
      any = true;
    }
    if (!any) break;
  }
  return pairs;
}

}  // namespace kt::test
