// How far a mirror has come, asked of the target itself: by its producers' last sequences
// (DescribeProducers, 2.8 and later), or, where the brokers cannot tell or have forgotten a
// producer that was silent for a day, by the batches at the end of the partition.
#pragma once

#include <optional>
#include <vector>

#include "client/cluster.h"
#include "mirror/run_id.h"

namespace kt::mirror {

struct TargetPosition {
  std::optional<Error> error;
  /// The source offset that comes next; nothing where no record of this mirror was found.
  std::optional<int64_t> source_position;
  /// The run that goes on there; nothing where brokers have forgotten it.
  std::optional<Run> run;
  int64_t earliest = -1;  ///< what the target partition holds
  int64_t latest = -1;

  bool is_empty() const { return earliest == latest; }
};

struct TargetPartition {
  TopicPartition partition;
  RunIds ids;
};

/// In the order of `partitions`, which are sorted by topic.
std::vector<TargetPosition> find_target_positions(Cluster& target,
                                                  const std::vector<TargetPartition>& partitions);

}  // namespace kt::mirror
