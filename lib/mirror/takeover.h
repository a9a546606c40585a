// Where a copy stands that another tool has begun, so that kt goes on there: MirrorMaker 1's group,
// which it commits after all before is in the target; MirrorMaker 2's offset syncs, which pair one
// record's offsets in the source and in the target, and the records that follow them, compared.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mirror/target_position.h"

namespace kt::mirror {

/// The source offset that comes next in a partition that this mirror has never copied; nothing
/// where the other tool has not come by either. Throws where that cannot be told.
using Takeover = std::function<std::optional<int64_t>(
    const TopicPartition& source, const TopicPartition& target, const TargetPosition& at)>;

/// One record of MirrorMaker 2's offset syncs: the same record, here and there.
struct OffsetSync {
  TopicPartition source;
  int64_t source_offset = -1, target_offset = -1;
};

/// Throws DecodeError for what is none.
OffsetSync read_offset_sync(std::string_view key, std::string_view value);

/// By partition, oldest first.
std::map<TopicPartition, std::vector<OffsetSync>> read_offset_syncs(Cluster& cluster,
                                                                    const std::string& topic);

/// One record of MirrorMaker 2's checkpoints: a group's position, here and there. Never beyond the
/// same place there, often some records before it.
struct Checkpoint {
  std::string group;
  TopicPartition target;
  int64_t source_offset = -1, target_offset = -1;
};

/// Throws DecodeError for what is none.
Checkpoint read_checkpoint(std::string_view key, std::string_view value);

/// The newest of each group and partition of the target.
std::map<std::pair<std::string, TopicPartition>, Checkpoint> read_checkpoints(
    Cluster& target, const std::string& topic);

/// What MirrorMaker 2 has left of where records and groups stand in its copies.
struct MakerTraces {
  std::map<TopicPartition, std::vector<OffsetSync>> syncs;
  std::map<std::pair<std::string, TopicPartition>, Checkpoint> checkpoints;
};

Takeover from_group(std::map<TopicPartition, int64_t> positions);
Takeover from_offset_syncs(Cluster& source, Cluster& target,
                           const std::map<TopicPartition, std::vector<OffsetSync>>& syncs);

}  // namespace kt::mirror
