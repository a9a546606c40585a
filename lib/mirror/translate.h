// A position in the source as the position in the target: of the first copied record at or after
// it. Read off the batches of the target, by halves; exact, or not at all.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mirror/takeover.h"
#include "mirror/target_position.h"

namespace kt::mirror {

struct Translation {
  std::optional<int64_t> offset;
  std::string why_not;  ///< where there is no offset
  /// No record of this mirror is before the position: what is there another tool may have copied.
  bool is_before_all = false;
};

/// `at` is what find_target_positions() said of the target partition. Throws where a side can't be
/// read.
Translation translate(Cluster& source, const TopicPartition& source_partition, Cluster& target,
                      const TargetPartition& target_partition, const TargetPosition& at,
                      int64_t source_offset);

/// A position in what MirrorMaker 2 copied: the records from one of its offset syncs up to it are
/// the same on both sides, one by one, so that their number leads from the one to the other.
Translation translate_by_syncs(Cluster& source, const TopicPartition& source_partition,
                               Cluster& target, const TopicPartition& target_partition,
                               const std::vector<OffsetSync>& syncs, const TargetPosition& at,
                               int64_t source_offset);

}  // namespace kt::mirror
