// The small text files of a log directory: checkpoints of offsets per partition, the leader epochs
// of a partition, partition.metadata and meta.properties. Readers throw DecodeError naming the
// line.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/uuid.h"

namespace kt {

/// The first offset that a leader of this epoch wrote.
struct EpochStart {
  int32_t epoch;
  int64_t start_offset;
  bool operator==(const EpochStart&) const = default;
};

/// leader-epoch-checkpoint: `0`, a count, then `epoch startOffset` per line.
std::vector<EpochStart> read_leader_epochs(std::string_view text);
std::string write_leader_epochs(const std::vector<EpochStart>& epochs);

struct PartitionOffset {
  std::string topic;
  int32_t partition;
  int64_t offset;
  bool operator==(const PartitionOffset&) const = default;
};

/// recovery-point-, replication-, cleaner- and log-start-offset-checkpoint: `0`, a count, then
/// `topic partition offset` per line. An empty file has none.
std::vector<PartitionOffset> read_offset_checkpoint(std::string_view text);
std::string write_offset_checkpoint(const std::vector<PartitionOffset>& offsets);

/// partition.metadata: the id of the topic a partition directory belongs to.
Uuid read_partition_metadata(std::string_view text);
std::string write_partition_metadata(const Uuid& topic_id);

/// meta.properties and its like: `key=value` lines, `#` comments.
std::map<std::string, std::string> read_properties(std::string_view text);

/// What the name of a partition directory says.
struct PartitionDirectory {
  enum class State { normal, deleted, future, stray };

  std::string topic;
  int32_t partition;
  State state = State::normal;
};
/// Nothing where it is not the name of one. Topic names may contain dashes: the last one counts. In
/// tiered storage on local disks the topic's id stands behind the partition: `T-P-ID`.
std::optional<PartitionDirectory> parse_partition_directory(std::string_view name);

/// The first offset of the segment that a file belongs to, and its suffix:
/// `00000000000000000042.log`.
std::optional<std::pair<int64_t, std::string_view>> parse_segment_name(std::string_view name);
/// The reverse: twenty digits and the suffix.
std::string segment_name(int64_t base_offset, std::string_view suffix);

}  // namespace kt
