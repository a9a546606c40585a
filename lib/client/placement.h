// Where Kafka's own tools put the replicas of new partitions, for releases whose brokers leave that
// to the tool (0.8 to 0.10). Leaders go round the brokers; further replicas follow at a distance
// that grows with every round. Where all brokers have racks (0.10), neighbours are of different
// racks, and a rack gets a second replica only when every rack has one.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace kt {

struct Placement {
  std::map<int32_t, std::string> brokers;  ///< id → rack, empty for none
  int32_t replication_factor = 1;
  int32_t first_partition = 0;
  int32_t partitions = 1;
  uint32_t start = 0;  ///< where the first leader stands: at random for a new topic
  uint32_t shift = 0;  ///< the first distance: at random for a new topic
};

/// The replicas of each partition, the preferred leader first. Throws where there are fewer brokers
/// than replicas.
std::vector<std::vector<int32_t>> place(const Placement& wanted);

}  // namespace kt
