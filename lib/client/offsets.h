// Offsets at a time: the end, the start, or by timestamp, for any number of partitions and on every
// release, the coarse answers of 0.8 and 0.9 included.
#pragma once

#include <cstdint>
#include <vector>

#include "client/cluster.h"

namespace kt {

/// The special times of ListOffsets.
constexpr int64_t kLatest = -1, kEarliest = -2, kMaxTimestamp = -3, kEarliestLocal = -4,
                  kLatestTiered = -5;

struct OffsetQuery {
  TopicPartition partition;
  int64_t timestamp_ms = kLatest;  ///< or one of the special times
};

struct OffsetAnswer {
  TopicPartition partition;
  int16_t error_code = 0;
  int64_t offset = -1;  ///< -1 where no record is that young
  int64_t timestamp_ms = -1;
  int32_t leader_epoch = -1;
  /// Before 0.10.1 a time finds the start of a segment by the age of its file, not a record.
  bool is_coarse = false;
};

/// Answers in the order of the queries. With `read_committed`, the end is the last stable offset.
std::vector<OffsetAnswer> list_offsets(Cluster& cluster, const std::vector<OffsetQuery>& queries,
                                       bool read_committed = false);

}  // namespace kt
