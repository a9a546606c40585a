// What each broker may carry: the mean within the tolerance, or, where single partitions or racks
// make that impossible, the nearest that is possible.
#pragma once

#include <cstdint>
#include <vector>

#include "client/reassign/state.h"

namespace kt::reassign {

/// What is balanced: items (replicas, or preferred leaders alone) that weigh on brokers.
struct Measure {
  Balance aim = Balance::size;

  int64_t weight(const State& state, size_t partition) const {
    return aim == Balance::size ? state.bytes(partition) : 1;
  }
  /// The item of the partition is on the broker.
  bool weighs_on(const State& state, size_t partition, int32_t broker) const {
    const auto& replicas = state.replicas(partition);
    return aim == Balance::leaders ? replicas.front() == broker : state.holds(partition, broker);
  }
};

struct Band {
  double level = 0;
  int64_t low = 0, high = 0;
};

struct Bands {
  Band plain;                 ///< the mean and its tolerance
  std::vector<Band> by_rack;  ///< what can be had there
  std::vector<Band> brokers;  ///< of each; a broker whose one item is above it may keep that one
  std::vector<int64_t> load;  ///< of each broker now
};

/// Whether a rack whose brokers stand at `level` at best can have the band of the mean: half of the
/// tolerance is left for what cannot be cut finely.
bool is_near(double level, double mean, double tolerance);

/// Loads as they are and the bands to reach.
Bands find_bands(const State& state, const Measure& measure, const Aims& aims);

}  // namespace kt::reassign
