// Committed offsets as records of __consumer_offsets, in Kafka's own layout.
#pragma once

#include <optional>
#include <string>

#include "sandbox/groups.h"

namespace kt::sandbox {

/// Appends the record of a commit; without `offset`, the tombstone of one.
void write_offset_record(Cluster& cluster, const std::string& group_id,
                         const TopicPartition& partition,
                         const std::optional<CommittedOffset>& offset);

/// Reads what the partitions of __consumer_offsets hold into the groups.
void read_offset_records(Cluster& cluster);

}  // namespace kt::sandbox
