// Where the end of a copy stands in its source, found by comparing records: for targets whose
// batches do not say it.
#pragma once

#include <cstdint>

#include "client/cluster.h"

namespace kt::mirror {

/// Target offsets `start` to `end`.
struct TargetRange {
  int64_t start, end;
};

/// The source's committed records from `position` on are looked for in the range, in order; answers
/// the source offset of the first that is not there. Records of others in between, and those that
/// the source has compacted away since, do not disturb. Throws where a side can't be read.
int64_t match_tail(Cluster& source, const TopicPartition& source_partition, int64_t position,
                   Cluster& target, const TopicPartition& target_partition, TargetRange range);

}  // namespace kt::mirror
