// When single records were written, for any number of places in partitions: one fetch to each
// leader for the few bytes in which a batch says so, and a second for the whole batch where the
// record stands inside a compressed or a long one.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "client/cluster.h"

namespace kt {

struct RecordPlace {
  TopicPartition partition;
  int64_t offset = 0;
};

/// The timestamp in milliseconds of the record at each place, or of the first one after it where
/// that is gone. Nothing where no record is there, its format has no time (before 0.10), or its
/// leader did not answer. So that many long batches do not cost more than they are worth, only
/// kWholeBatchBytes of them are read in all: places beyond get the time of their batch's first
/// record.
std::vector<std::optional<int64_t>> record_times(Cluster& cluster,
                                                 const std::vector<RecordPlace>& places);

constexpr int64_t kWholeBatchBytes = 64 << 20;

}  // namespace kt
