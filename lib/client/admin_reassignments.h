// Moves of replicas by request, from Kafka 2.4 on: started, cancelled, and those that go on. A list
// of the same replicas in another order is a move too, done at once: it changes which of them is
// the preferred leader, and no data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/cluster.h"

namespace kt {

struct Reassignment {
  TopicPartition at;
  std::optional<std::vector<int32_t>> replicas;  ///< nothing cancels the move that goes on
};

struct ReassignmentOutcome {
  TopicPartition at;
  int16_t error_code = 0;
  std::string message;  ///< the broker's own sentence; may be empty
};

/// Asks the controller for these moves, some thousands at a time; the outcomes are sorted.
std::vector<ReassignmentOutcome> alter_reassignments(Cluster& cluster,
                                                     std::vector<Reassignment> reassignments);

struct OngoingReassignment {
  TopicPartition at;
  std::vector<int32_t> replicas;  ///< all that hold it now, those that are added included
  std::vector<int32_t> adding;
  std::vector<int32_t> removing;
};

/// The moves that go on, sorted. Throws where the controller refuses to tell.
std::vector<OngoingReassignment> list_reassignments(Cluster& cluster);

}  // namespace kt
