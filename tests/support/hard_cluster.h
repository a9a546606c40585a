// Clusters that are hard to plan for, from a seed: sizes over six decades by Zipf's law, racks of
// very different sizes, one to five replicas, brokers that are new and brokers that have too much;
// and the least that any plan has to move, reckoned here without the planner's help.
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "client/reassign/planner.h"

namespace kt::test {

/// SplitMix64: the same numbers on every machine.
class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15 + 1) {}
  uint64_t next() {
    uint64_t z = (state_ += 0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }
  size_t below(size_t limit) { return next() % limit; }
  double fraction() { return static_cast<double>(next() >> 11) * 0x1p-53; }

 private:
  uint64_t state_;
};

struct HardCluster {
  int brokers = 200;
  int replicas = 200'000;
  bool racks = true;
};

/// Every third seed ignores racks when it places, every fourth has brokers that are empty.
inline reassign::Layout hard_cluster(uint64_t seed, const HardCluster& size) {
  Dice dice(seed);
  reassign::Layout layout;
  int rack_count = size.racks ? 3 + static_cast<int>(dice.below(5)) : 0;
  std::vector<std::vector<int>> in_rack(static_cast<size_t>(std::max(rack_count, 1)));
  std::vector<double> pull;  // how much a broker attracts
  for (int i = 0; i < size.brokers; ++i) {
    // A rack gets fewer brokers than the one before it.
    auto rack = i < rack_count ? static_cast<size_t>(i)
                               : static_cast<size_t>(std::pow(dice.fraction(), 1.6) *
                                                     static_cast<double>(in_rack.size()));
    layout.brokers.push_back({i + 1, rack_count ? "rack-" + std::to_string(rack) : ""});
    in_rack[rack].push_back(i);
    bool is_new = seed % 4 == 0 && i % 20 == 19;
    pull.push_back(is_new ? 0 : 0.6 + 0.8 * dice.fraction());
  }
  std::vector<reassign::Partition> partitions;
  int placed = 0;
  for (int topic = 0; placed < size.replicas; ++topic) {
    auto count = static_cast<size_t>(1 + dice.below(100));
    auto replicas = 1 + dice.below(5);
    for (size_t p = 0; p < count && placed < size.replicas; ++p) {
      reassign::Partition partition{"topic-" + std::to_string(topic), static_cast<int32_t>(p)};
      std::vector<int> racks_used(in_rack.size());
      while (partition.replicas.size() < replicas) {
        // The best of a few draws by pull; racks in turn unless this seed ignores them.
        int chosen = -1;
        double best = -1;
        int fewest = *std::min_element(racks_used.begin(), racks_used.end());
        for (int tries = 0; tries < 200 && (tries < 3 || chosen < 0); ++tries) {
          auto broker = static_cast<int>(dice.below(static_cast<size_t>(size.brokers)));
          double drawn = dice.fraction() * pull[static_cast<size_t>(broker)];
          size_t rack = 0;
          while (std::find(in_rack[rack].begin(), in_rack[rack].end(), broker) ==
                 in_rack[rack].end())
            ++rack;
          bool free = std::find(partition.replicas.begin(), partition.replicas.end(), broker + 1) ==
                      partition.replicas.end();
          bool rack_ok = seed % 3 == 2 || racks_used[rack] == fewest || tries > 100;
          if (free && rack_ok && pull[static_cast<size_t>(broker)] > 0 && drawn > best) {
            best = drawn;
            chosen = broker;
          }
        }
        for (size_t rack = 0; rack < in_rack.size(); ++rack)
          racks_used[rack] +=
              static_cast<int>(std::count(in_rack[rack].begin(), in_rack[rack].end(), chosen));
        partition.replicas.push_back(chosen + 1);
        ++placed;
      }
      partition.leader = partition.replicas.front();
      partitions.push_back(std::move(partition));
    }
  }
  // Zipf's law over the partitions in random order, from 100 GB down to 100 KB.
  double exponent = 0.5 + 0.1 * static_cast<double>(seed % 7);
  std::vector<size_t> order(partitions.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[dice.below(i)]);
  for (size_t rank = 0; rank < order.size(); ++rank)
    partitions[order[rank]].size_bytes = static_cast<int64_t>(
        std::max(1e5, 1e11 / std::pow(static_cast<double>(rank + 1), exponent)));
  layout.partitions = std::move(partitions);
  return layout;
}

}  // namespace kt::test
