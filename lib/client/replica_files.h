// Replicas as they lie on the disks of brokers: bytes, directories, and moves between directories
// of one broker. DescribeLogDirs and AlterReplicaLogDirs, both from Kafka 1.0 (the second 1.1) on.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "client/cluster.h"

namespace kt {

struct ReplicaFiles {
  int64_t bytes = 0;
  std::string directory;
  std::string future_directory;  ///< where it is being copied to; empty where it is not
};

/// By broker and partition.
using ReplicaFilesMap = std::map<std::pair<int32_t, TopicPartition>, ReplicaFiles>;

/// Whether brokers tell.
bool tells_replica_files(Cluster& cluster);

/// Of all brokers that can be asked, all topics where none are named.
ReplicaFilesMap replica_files(Cluster& cluster, const std::vector<TopicPartition>& only = {});

struct DirectoryMove {
  int32_t broker = -1;
  TopicPartition at;
  std::string directory;
};
struct DirectoryOutcome {
  DirectoryMove move;
  int16_t error_code = 0;
  std::string message;  ///< of a broker that could not be asked
};

/// Asks each broker for its moves. A broker that has no such replica yet says so
/// (REPLICA_NOT_AVAILABLE, later NOT_LEADER_OR_FOLLOWER) and puts it there when it comes.
std::vector<DirectoryOutcome> move_directories(Cluster& cluster, std::vector<DirectoryMove> moves);

}  // namespace kt
