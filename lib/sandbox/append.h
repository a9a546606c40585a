// What a leader does with records that a producer sent: checks them as Kafka does, brings them into
// the format and codec that the log wants, gives them offsets, appends them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/cluster.h"

namespace kt::sandbox {

struct AppendResult {
  ErrorCode error = ErrorCode::none;
  std::string message = {};
  int64_t base_offset = -1;
  int64_t log_append_time_ms = -1;
  std::vector<int32_t> bad_records = {};  // their places in the batch
};

/// Appends a record batch or, for old versions of Produce, a message set that a client sent.
AppendResult append_records(Cluster& cluster, Partition& partition, std::string_view records,
                            int16_t produce_version);

}  // namespace kt::sandbox
