// What the client knows of a cluster: its brokers, its controller, and the leaders of the
// partitions that somebody asked about. Snapshots are immutable and shared between threads.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "net/address.h"
#include "protocol/msg/metadata.h"

namespace kt {

struct TopicPartition {
  std::string topic;
  int32_t partition = 0;

  auto operator<=>(const TopicPartition&) const = default;
};

/// As Kafka writes it: `orders-0`.
std::string name_of(const TopicPartition& partition);

struct Metadata {
  struct Broker {
    int32_t id = -1;
    net::HostPort address;
    std::string rack;
  };
  struct Partition {
    int32_t leader = -1;  ///< -1 none
    int32_t leader_epoch = -1;
    int16_t error_code = 0;
  };
  struct Topic {
    int16_t error_code = 0;
    Uuid id;
    bool is_internal = false;
    std::vector<Partition> partitions;  ///< by partition number
  };

  std::string cluster_id;  ///< empty before 0.10.1
  int32_t controller_id = -1;
  std::map<int32_t, Broker> brokers;
  std::unordered_map<std::string, Topic> topics;

  const Topic* topic(const std::string& name) const;
  const Partition* partition(const std::string& topic, int32_t partition) const;

  /// Takes over brokers and controller of an answer, and of its topics those named, or all.
  void merge(const msg::MetadataResponse& response, const std::vector<std::string>* names);
};

}  // namespace kt
