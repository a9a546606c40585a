// Holds a copy against its source: every committed record of both sides in order, key, value,
// headers and time, and the source offset that each batch of the target says it has. Targets before
// 0.11 say none and have no headers: there all records count as copied.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "client/cluster.h"
#include "mirror/target_position.h"

namespace kt::mirror {

struct VerifyOptions {
  /// Name of the mirror.
  std::string mirror = "mirror";
  /// The mirror began later than the source's first record: compare from its own first one on.
  bool from_first_copied = false;
  /// Records may be missing on either side where their topic is compacted.
  bool source_compacts = false, target_compacts = false;
  /// The target writes its own times.
  bool ignore_times = false;
  std::function<void(int64_t records)> progress = [](int64_t) {};
  std::function<bool()> is_stopped = [] { return false; };
};

struct Verification {
  int64_t compared = 0;  ///< records found equal
  int64_t skipped =
      0;  ///< copied records that compaction has removed from either side, or may have
  int64_t foreign = 0;        ///< records of others in the target
  int64_t first_offset = -1;  ///< source offset of the first record compared; -1 none
  int64_t position = -1;      ///< source offset before which all should be in the target; -1 none
  int64_t behind = 0;         ///< committed records of the source that are not copied yet
  uint32_t content_crc = 0;   ///< CRC-32C over what was compared
  /// The first difference: what, and where on either side (-1 where there is nothing).
  std::string difference;
  int64_t source_offset = -1, target_offset = -1;
};

/// Throws where a side can't be read.
Verification verify(Cluster& source, const TopicPartition& source_partition, Cluster& target,
                    const TargetPartition& target_partition, const VerifyOptions& options);

}  // namespace kt::mirror
