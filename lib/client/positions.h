// Positions as users type them (`-5`, `@-1h`) turned into offsets of living partitions.
#pragma once

#include <cstdint>
#include <vector>

#include "base/position.h"
#include "client/offsets.h"

namespace kt {

/// The same time asked of several partitions.
std::vector<OffsetQuery> at_time(const std::vector<TopicPartition>& partitions,
                                 int64_t timestamp_ms);

struct PlacedOffset {
  OffsetAnswer at;        ///< where the position is; the log end where no record is that young
  int64_t earliest = -1;  ///< what the partition holds
  int64_t latest = -1;
};

/// Where `position` is in each partition, never outside of what the partition holds. Asks for both
/// ends too: at most three round trips.
std::vector<PlacedOffset> place_offsets(Cluster& cluster,
                                        const std::vector<TopicPartition>& partitions,
                                        const Position& position);

}  // namespace kt
