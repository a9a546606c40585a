// How far a mirror has come, asked of the target itself: by its producers' last sequences
// (DescribeProducers, 2.8 and later), or, where the brokers cannot tell or have forgotten a
// producer that was silent for a day, by the batches at the end of the partition; where those do
// not say it, by a stored position and the records behind it, compared with the source's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client/cluster.h"
#include "mirror/run_id.h"
#include "mirror/target_abilities.h"

namespace kt::mirror {

struct TargetPosition {
  std::optional<Error> error;
  /// The source offset that comes next; nothing where no record of this mirror was found.
  std::optional<int64_t> source_position;
  /// The run that goes on there; nothing where brokers have forgotten it, or it is over.
  std::optional<Run> run;
  bool is_held = false;   ///< the broker knows the producer, and holds the next batch against it
  int64_t earliest = -1;  ///< what the target partition holds
  int64_t latest = -1;

  bool is_empty() const { return earliest == latest; }
};

struct TargetPartition {
  TopicPartition partition;
  RunIds ids;
  TopicPartition source;  ///< whose copy it is
};

/// In the order of `partitions`, which are sorted by topic, for the mirror of that name.
std::vector<TargetPosition> find_target_positions(Cluster& source, Cluster& target,
                                                  const std::string& mirror,
                                                  const std::vector<TargetPartition>& partitions);

/// Whether a batch that begins its run may have holes, which its sequences do not tell: of targets
/// where a run begins at sequence 0 whatever it holds.
bool may_hide_holes(const BatchView& batch, const TargetAbilities& abilities);

}  // namespace kt::mirror
