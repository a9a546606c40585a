// Files of partitions in the JSON of Kafka's own tools, as kafka-leader-election and
// kafka-reassign-partitions take them: {"version":1,"partitions":[{"topic":"t","partition":0,
// "replicas":[1,2],"log_dirs":["any","any"]}]}. Keys that kt does not know are passed over.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/metadata.h"
#include "client/throttles.h"

namespace kt {

struct PartitionFile {
  struct Entry {
    TopicPartition at;
    std::vector<int32_t> replicas;      ///< empty where the file has none
    std::vector<std::string> log_dirs;  ///< one for each replica, or none
    std::optional<int32_t> leader;      ///< kt's own: who led when the file was written
  };
  std::vector<Entry> entries;     ///< in the order of the file; no partition twice
  std::optional<int32_t> broker;  ///< kt's own: the broker that was shut down
  std::string cluster_id;         ///< kt's own; empty where the file has none
  Throttle throttle;              ///< kt's own: what a plan set while it ran
};

/// Reads a file, `-` being stdin. Throws a usage error that names file and place.
PartitionFile read_partition_file(const std::string& path);

/// As JSON with a line for each partition.
std::string to_json(const PartitionFile& file);

}  // namespace kt
