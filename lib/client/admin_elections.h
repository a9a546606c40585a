// Elections of partition leaders by request: ElectLeaders, from Kafka 2.2 on for preferred leaders,
// from 2.4 for unclean ones.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "client/cluster.h"
#include "protocol/msg/metadata.h"

namespace kt {

/// Numbers of ElectLeaders. Preferred: the first replica, where it is in sync. Unclean: any living
/// replica, where none in sync is left; loses what only the dead ones have.
enum class Election : int8_t { preferred = 0, unclean = 1 };

/// What became of one partition: no error where a leader was elected, ELECTION_NOT_NEEDED where it
/// led already.
struct ElectedPartition {
  TopicPartition at;
  int16_t error_code = 0;
  std::string message;  ///< the broker's own sentence; may be empty
};

/// Asks the controller for an election in each partition, some thousands at a time.
std::vector<ElectedPartition> elect_leaders(Cluster& cluster, Election election,
                                            std::vector<TopicPartition> partitions);

/// Who leads each partition; -1 where nobody does.
std::map<TopicPartition, int32_t> leaders_in(const msg::MetadataResponse& metadata);

}  // namespace kt
