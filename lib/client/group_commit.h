// Commits positions for groups that nobody is reading with: OffsetCommit as from outside of the
// group, which coordinators take from 0.9 on only while it has no members, and
// AlterShareGroupOffsets (4.1) for share groups. A request is taken or refused as a whole where a
// coordinator fails, so that a group's positions change together up to kCommitBytes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "client/stored_groups.h"

namespace kt {

struct NewPosition {
  TopicPartition partition;
  int64_t offset = 0;
  std::string metadata = {};
};

/// What became of a position: Kafka's code, or a sentence where no broker answered.
struct CommitOutcome {
  int16_t error_code = 0;
  std::string message = {};
};

/// Of one request. A broker appends it as one batch, by default of at most 1 MiB.
constexpr size_t kCommitBytes = 512 << 10;

/// In the order of `positions`.
std::vector<CommitOutcome> commit_to_kafka(Cluster& cluster, const GroupDescription& group,
                                           const std::vector<NewPosition>& positions);

}  // namespace kt
