// How far groups are behind: position, log end, lag in records, and the time of the next record
// that each has to read. The ends of all partitions cost one request to each broker, their times
// one or two more, whatever the number of groups.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "client/stored_groups.h"

namespace kt {

struct PartitionLag {
  TopicPartition partition;
  std::optional<int64_t> position;  ///< nothing where none was committed
  std::optional<int64_t> log_end;   ///< nothing where no leader told it
  /// 0 where the position lies beyond the end. A share group may be through with records behind its
  /// position: from 4.2 on its coordinator counts.
  std::optional<int64_t> lag;
  std::optional<int64_t> next_time_ms;  ///< when the next unread record was written, where known
  int16_t error_code = 0;               ///< why there is no log end
  std::string metadata;                 ///< committed with the position
  std::string owner;                    ///< the member that reads it; empty without one
  std::string client_id, host;          ///< of the owner

  bool is_beyond_end() const { return position && log_end && *position > *log_end; }
};

struct GroupLag {
  const StoredGroup* group = nullptr;
  std::vector<PartitionLag> partitions;  ///< with a position or an owner, by topic and number

  /// Records behind over all partitions; nothing where no lag is known.
  std::optional<int64_t> total() const;
};

/// Gives `take` each of `groups` in their order, as soon as all is known: a cluster's groups have
/// too many partitions between them to be held at once. An owner may come from the other store of
/// the same group: members in ZooKeeper can keep their positions in Kafka. `with_times` looks up
/// next_time_ms.
void measure_lag(Cluster& cluster, const std::vector<StoredGroup>& groups, bool with_times,
                 const std::function<void(const GroupLag&)>& take);

}  // namespace kt
