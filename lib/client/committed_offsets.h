// What one group has committed, by partition: a sorted list, since a cluster's groups may have
// millions of positions between them.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "client/metadata.h"

namespace kt {

struct CommittedOffset {
  int64_t offset = -1;  ///< -1: nothing committed
  int32_t leader_epoch = -1;
  int16_t error_code = 0;
  std::string metadata;
  int64_t lag = -1;  ///< as the coordinator of a share group counts it; -1: not told
};

class CommittedOffsets {
 public:
  using Entry = std::pair<TopicPartition, CommittedOffset>;

  CommittedOffsets() = default;
  /// In any order; of several entries for one partition the first counts.
  explicit CommittedOffsets(std::vector<Entry> entries);

  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }
  bool empty() const { return entries_.empty(); }
  size_t size() const { return entries_.size(); }

  /// Null where the group has no entry for the partition.
  const CommittedOffset* find(const TopicPartition& partition) const;

 private:
  std::vector<Entry> entries_;
};

}  // namespace kt
