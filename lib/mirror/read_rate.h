// How fast a cluster can be read from here, tried for a moment: what a plan's time is reckoned
// from.
#pragma once

#include <map>

#include "client/cluster.h"

namespace kt::mirror {

struct OffsetRange {
  int64_t start = 0, end = 0;
};

/// Bytes a second, as they are fetched; 0 where nothing came. Throws where a partition cannot be
/// read.
int64_t measure_read_rate(Cluster& cluster, const std::map<TopicPartition, OffsetRange>& partitions,
                          Milliseconds limit);

}  // namespace kt::mirror
