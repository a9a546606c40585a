#include "client/reassign/levels.h"

#include <algorithm>

namespace kt::reassign {

namespace {

constexpr int kSweeps = 100;
constexpr int kHalvings = 60;

/// The replicas of the group in a rack when all brokers are to stand at `level`.
double share(const RackGroup& group, size_t rack, double level, double others, double brokers) {
  return std::clamp((level * brokers - others) / group.weight, group.low[rack], group.high[rack]);
}

}  // namespace

// The sum of squared loads is convex and each group's limits concern it alone, so that filling one
// group after the other to its best level comes as near as wanted to the best of all.
std::vector<double> even_levels(const std::vector<RackGroup>& groups,
                                const std::vector<double>& brokers_in_rack) {
  size_t racks = brokers_in_rack.size();
  std::vector<double> load(racks);
  std::vector<std::vector<double>> placed;
  double highest = 0;
  for (const auto& group : groups) {
    placed.push_back(group.low);
    for (size_t rack = 0; rack < racks; ++rack) load[rack] += group.weight * group.low[rack];
    highest += group.weight * group.replicas;
  }
  for (int sweep = 0; sweep < kSweeps; ++sweep)
    for (size_t i = 0; i < groups.size(); ++i) {
      const auto& group = groups[i];
      if (group.weight <= 0) continue;
      for (size_t rack = 0; rack < racks; ++rack) load[rack] -= group.weight * placed[i][rack];
      double low = 0, high = 0;
      for (size_t rack = 0; rack < racks; ++rack)
        high = std::max(high, (load[rack] + highest) / std::max(brokers_in_rack[rack], 1e-9));
      for (int halving = 0; halving < kHalvings; ++halving) {
        double level = (low + high) / 2, sum = 0;
        for (size_t rack = 0; rack < racks; ++rack)
          sum += share(group, rack, level, load[rack], brokers_in_rack[rack]);
        (sum < group.replicas ? low : high) = level;
      }
      for (size_t rack = 0; rack < racks; ++rack) {
        placed[i][rack] = share(group, rack, high, load[rack], brokers_in_rack[rack]);
        load[rack] += group.weight * placed[i][rack];
      }
    }
  for (size_t rack = 0; rack < racks; ++rack)
    load[rack] = brokers_in_rack[rack] > 0 ? load[rack] / brokers_in_rack[rack] : 0;
  return load;
}

}  // namespace kt::reassign
