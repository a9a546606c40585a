// Whether a source is still the one that was copied. A topic that was deleted and created anew, or
// a log that was truncated, and that has grown past the old position since, looks like any other by
// its offsets; the last record copied tells it.
#pragma once

#include "mirror/target_position.h"

namespace kt::mirror {

/// False where the source has another record than the target just before the position. True also
/// where that cannot be told: the record was compacted away, or may not be read.
bool is_same_log(Cluster& source, Cluster& target, const TargetPartition& partition,
                 const TargetPosition& at);

/// Of many at once; `earliest` is where each source begins. Throws where a cluster can't be
/// reached.
std::vector<bool> are_same_logs(Cluster& source, Cluster& target,
                                const std::vector<TargetPartition>& partitions,
                                const std::vector<TargetPosition>& at,
                                const std::vector<int64_t>& earliest);

}  // namespace kt::mirror
