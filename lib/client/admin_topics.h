// Topics as administrators handle them: described, created, grown, emptied, deleted, and waited
// for. By request where the release has one, else by ZooKeeper: CreateTopics and DeleteTopics exist
// from Kafka 0.10.1 on, CreatePartitions from 1.0, DeleteRecords (by request alone) from 0.11. What
// a broker answers about single items is data, never an exception.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "client/cluster.h"
#include "protocol/msg/create_partitions.h"
#include "protocol/msg/create_topics.h"
#include "protocol/msg/metadata.h"

namespace kt {

/// What became of one item of a bulk request.
struct Outcome {
  std::string name;
  int16_t error_code = 0;
  std::string message;  ///< the broker's own sentence; may be empty
};

/// These topics, or all where no names are given, sorted by name, partitions by number. Never
/// creates a topic: brokers that create what is named (before 0.11) are asked for all topics.
msg::MetadataResponse describe_topics(
    Cluster& cluster, const std::optional<std::vector<std::string>>& names = std::nullopt);

struct CreatedTopic : Outcome {
  Uuid topic_id;
  int32_t partition_count = -1;  ///< -1 where the broker does not tell (before 2.4)
  int16_t replication_factor = -1;
};

/// Creates topics; with `validate_only` the broker checks alone (0.10.2 and later).
std::vector<CreatedTopic> create_topics(Cluster& cluster,
                                        const std::vector<msg::CreateTopicsRequest::Topic>& topics,
                                        bool validate_only);

/// Raises the number of partitions.
std::vector<Outcome> create_partitions(
    Cluster& cluster, const std::vector<msg::CreatePartitionsRequest::Topic>& topics,
    bool validate_only);

std::vector<Outcome> delete_topics(Cluster& cluster, const std::vector<std::string>& names);

struct Trim {
  TopicPartition partition;
  int64_t offset = 0;  ///< the first offset that stays
};
struct TrimmedPartition {
  TopicPartition partition;
  int64_t low_watermark = -1;  ///< the first offset that is there now
  int16_t error_code = 0;
};

/// Drops the records below the offsets, all partitions of a leader in one request; partitions of
/// one topic stand together.
std::vector<TrimmedPartition> delete_records(Cluster& cluster, const std::vector<Trim>& trims);

/// Waits until every broker that can be reached shows each topic as `done` wants it; false where
/// the cluster's deadline came first.
bool await_topics(Cluster& cluster, const std::vector<std::string>& names,
                  const std::function<bool(const msg::MetadataResponse::Topic&)>& done);

/// The cluster's time left as brokers take it, within what they bear.
int32_t request_timeout_ms(const Cluster& cluster);

}  // namespace kt
