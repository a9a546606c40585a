#include "client/reassign/bands.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "client/reassign/levels.h"

namespace kt::reassign {

namespace {

/// Sizes are cut finely; of things that are counted the whole numbers next to the mean always do.
Band band_at(double level, const Measure& measure, double tolerance) {
  Band band{level, static_cast<int64_t>(std::ceil(level * (1 - tolerance))),
            static_cast<int64_t>(std::floor(level * (1 + tolerance)))};
  if (measure.aim != Balance::size) {
    band.low = std::min(band.low, static_cast<int64_t>(std::floor(level)));
    band.high = std::max(band.high, static_cast<int64_t>(std::ceil(level)));
  }
  return band;
}

class BandFinder {
 public:
  BandFinder(const State& state, const Measure& measure, const Aims& aims)
      : state_(state), measure_(measure), aims_(aims) {}

  Bands run() {
    auto brokers = static_cast<size_t>(state_.broker_count());
    bands_.load.resize(brokers);
    largest_.resize(brokers);
    for (size_t partition = 0; partition < state_.partition_count(); ++partition)
      for_items(partition, [&](int32_t broker) {
        auto weight = measure_.weight(state_, partition);
        bands_.load[static_cast<size_t>(broker)] += weight;
        auto& largest = largest_[static_cast<size_t>(broker)];
        largest = std::max(largest, weight);
      });
    bands_.plain = band_at(mean(), measure_, aims_.tolerance);
    find_racks();
    for (int32_t broker = 0; broker < state_.broker_count(); ++broker) {
      auto band = bands_.by_rack[static_cast<size_t>(state_.rack(broker))];
      auto largest = largest_[static_cast<size_t>(broker)];
      if (largest > band.high) band = {band.level, 0, largest};
      bands_.brokers.push_back(band);
    }
    return std::move(bands_);
  }

 private:
  template <class Do>
  void for_items(size_t partition, Do&& act) const {
    const auto& replicas = state_.replicas(partition);
    size_t count = measure_.aim == Balance::leaders ? 1 : replicas.size();
    for (size_t i = 0; i < count; ++i) act(replicas[i]);
  }

  double mean() const {
    double sum = 0, count = 0;
    for (int32_t broker = 0; broker < state_.broker_count(); ++broker) {
      if (!state_.stays(broker)) continue;
      sum += static_cast<double>(bands_.load[static_cast<size_t>(broker)]);
      ++count;
    }
    return count > 0 ? sum / count : 0;
  }

  /// Items larger than a band takes stand alone; the level of the others is found without them,
  /// until no more turn out too large.
  void find_racks() {
    size_t racks = state_.rack_sizes().size();
    bands_.by_rack.assign(racks, bands_.plain);
    constexpr int kRounds = 20;
    for (int round = 0; round < kRounds; ++round) {
      auto levels = levels_below();
      bool same = true;
      double all = 0, count = 0;
      for (size_t rack = 0; rack < racks; ++rack) {
        all += levels[rack] * brokers_[rack];
        count += brokers_[rack];
      }
      auto common = band_at(count > 0 ? all / count : 0, measure_, aims_.tolerance);
      for (size_t rack = 0; rack < racks; ++rack) {
        bool reachable = is_near(levels[rack], common.level, aims_.tolerance);
        auto band = reachable ? common : band_at(levels[rack], measure_, aims_.tolerance);
        same = same && band.high == bands_.by_rack[rack].high;
        bands_.by_rack[rack] = band;
      }
      if (same) return;
    }
  }

  bool stands_alone(int32_t broker) const {
    return largest_[static_cast<size_t>(broker)] >
           bands_.by_rack[static_cast<size_t>(state_.rack(broker))].high;
  }

  std::vector<double> levels_below() {
    size_t racks = state_.rack_sizes().size();
    brokers_.assign(racks, 0);
    for (int32_t broker = 0; broker < state_.broker_count(); ++broker)
      if (state_.stays(broker) && !stands_alone(broker))
        ++brokers_[static_cast<size_t>(state_.rack(broker))];
    std::map<std::pair<size_t, bool>, RackGroup> groups;
    for (size_t partition = 0; partition < state_.partition_count(); ++partition) {
      double weight = static_cast<double>(measure_.weight(state_, partition));
      size_t replicas = 0, all = 0;
      bool fits = true;
      for_items(partition, [&](int32_t broker) {
        ++all;
        bool alone = weight > static_cast<double>(
                                  bands_.by_rack[static_cast<size_t>(state_.rack(broker))].high);
        replicas += state_.stays(broker) && !alone;
        fits = fits && !alone;
      });
      if (replicas == 0) continue;
      bool bound = measure_.aim != Balance::leaders && fits && replicas == all &&
                   state_.rack_pairs(partition) <= state_.fewest_pairs(all);
      auto& group = groups[{replicas, bound}];
      if (group.replicas == 0) group = limits(replicas, bound);
      group.weight += weight;
    }
    std::vector<RackGroup> list;
    for (auto& [key, group] : groups) list.push_back(std::move(group));
    return even_levels(list, brokers_);
  }

  /// Spread as far as racks go, a partition has `level` replicas in each, or one more.
  RackGroup limits(size_t replicas, bool bound) const {
    RackGroup group;
    group.replicas = static_cast<double>(replicas);
    const auto& sizes = state_.rack_sizes();
    int32_t level = 0;
    auto filled = [&](int32_t at) {
      int64_t sum = 0;
      for (int32_t size : sizes) sum += std::min(size, at);
      return sum;
    };
    while (level < state_.broker_count() && filled(level + 1) <= static_cast<int64_t>(replicas))
      ++level;
    for (int32_t size : sizes) {
      group.low.push_back(bound ? std::min(size, level) : 0);
      group.high.push_back(bound ? std::min(size, level + 1) : size);
    }
    return group;
  }

  const State& state_;
  const Measure& measure_;
  const Aims& aims_;
  Bands bands_;
  std::vector<int64_t> largest_;
  std::vector<double> brokers_;  // of each rack, without those that hold an item that stands alone
};

}  // namespace

bool is_near(double level, double mean, double tolerance) {
  return std::abs(level - mean) <= mean * tolerance / 2;
}

Bands find_bands(const State& state, const Measure& measure, const Aims& aims) {
  return BandFinder(state, measure, aims).run();
}

}  // namespace kt::reassign
