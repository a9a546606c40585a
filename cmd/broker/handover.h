// Taking all leadership off a broker where no request does it (KRaft): the broker goes to the end
// of the replica lists that it heads, and the others are elected. What was is kept in a file first,
// from which everything can be put back.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "chosen.h"
#include "partition_file.h"

namespace kt {

/// A partition that a broker leads, or should lead because it is the first of its replicas.
struct Handover {
  TopicPartition at;
  int32_t leader = -1;
  std::vector<int32_t> replicas;
  std::vector<int32_t> successors;  ///< other replicas, alive and in sync

  /// The same replicas with the broker last and those in sync first.
  std::vector<int32_t> order_without(int32_t broker) const;
};

/// The partitions that `broker` leads or should lead, by topic and number.
std::vector<Handover> find_handovers(const msg::MetadataResponse& metadata, int32_t broker);

/// By partition: why something could not be done; Kafka's code and a sentence.
struct HandoverRefusal {
  int16_t error_code = 0;
  std::string message;
};
using Refusals = std::map<TopicPartition, HandoverRefusal>;

/// Reorders and elects once; what was refused.
Refusals hand_over(Cluster& cluster, const std::vector<Handover>& handovers, int32_t broker);

/// The file that shutting this broker down writes where nothing else is said.
std::string rollback_name(int32_t broker);

/// Adds what the file does not have yet, so that it tells how all was before the first of several
/// runs, and writes it. Throws where it belongs to another broker or cluster.
void keep_rollback(const std::string& path, const std::string& cluster_id, int32_t broker,
                   const std::vector<Handover>& handovers);

/// The leader that a rollback file keeps: named, or the first of the replicas; -1 without any.
int32_t leader_of(const PartitionFile::Entry& entry);

/// How a partition of a rollback file is now.
enum class Restorable { restored, changed, replicas_differ, absent };
std::map<TopicPartition, Restorable> compare_with(const PartitionFile& file,
                                                  const msg::MetadataResponse& metadata);

/// Puts order and leaders back as the file has them; what was refused.
Refusals restore(Cluster& cluster, const PartitionFile& file,
                 const msg::MetadataResponse& metadata);

}  // namespace kt
