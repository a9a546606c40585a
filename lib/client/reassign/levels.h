// How evenly racks can be loaded at all: a partition with a replica in every rack weighs on a rack
// of two brokers as much as on one of twenty.
#pragma once

#include <vector>

namespace kt::reassign {

/// Partitions alike in how many replicas they may have in each rack.
struct RackGroup {
  double weight = 0;              ///< of one replica of each of them
  double replicas = 0;            ///< of each partition
  std::vector<double> low, high;  ///< replicas in each rack, at least and at most
};

/// The load of one broker in each rack when loads are as even as the groups allow.
std::vector<double> even_levels(const std::vector<RackGroup>& groups,
                                const std::vector<double>& brokers_in_rack);

}  // namespace kt::reassign
