// What a running mirror tells Prometheus: a gauge or counter per partition, and totals.
#pragma once

#include <string>

#include "mirror/mirror.h"

namespace kt::mirror {

/// In Prometheus's text format, version 0.0.4.
std::string metrics_text(const Mirror& mirror);

/// Partitions by state, and offsets that are left to copy.
struct MirrorTotals {
  int64_t copying = 0, starting = 0, done = 0, stopped = 0;
  int64_t records = 0, bytes = 0, lag = 0;
  /// How old the newest record is that was copied of the partition that is furthest behind.
  int64_t behind_ms = 0;
};
MirrorTotals totals_of(const std::vector<PartitionStatus>& partitions);

}  // namespace kt::mirror
