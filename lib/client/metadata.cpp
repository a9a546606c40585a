#include "client/metadata.h"

#include <string_view>
#include <unordered_set>

#include "protocol/errors.h"

namespace kt {
namespace {

Metadata::Topic topic_from(const msg::MetadataResponse::Topic& source) {
  Metadata::Topic topic;
  topic.error_code = source.error_code;
  topic.id = source.topic_id;
  topic.is_internal = source.is_internal;
  for (const auto& partition : source.partitions) {
    if (partition.partition_index < 0) continue;
    auto index = static_cast<size_t>(partition.partition_index);
    // A hole in the numbers stays a partition without leader; a hostile number is not believed.
    if (index >= topic.partitions.size()) {
      if (index > source.partitions.size() + 1'000'000) continue;
      topic.partitions.resize(index + 1);
    }
    topic.partitions[index] = {partition.leader_id, partition.leader_epoch, partition.error_code};
  }
  return topic;
}

}  // namespace

std::string name_of(const TopicPartition& partition) {
  return partition.topic + '-' + std::to_string(partition.partition);
}

const Metadata::Topic* Metadata::topic(const std::string& name) const {
  auto found = topics.find(name);
  return found == topics.end() ? nullptr : &found->second;
}

const Metadata::Partition* Metadata::partition(const std::string& name, int32_t partition) const {
  const Topic* owner = topic(name);
  if (owner == nullptr || partition < 0) return nullptr;
  auto index = static_cast<size_t>(partition);
  return index < owner->partitions.size() ? &owner->partitions[index] : nullptr;
}

void Metadata::merge(const msg::MetadataResponse& response, const std::vector<std::string>* names) {
  cluster_id = response.cluster_id.value_or("");
  controller_id = response.controller_id;
  brokers.clear();
  for (const auto& broker : response.brokers)
    brokers[broker.node_id] = {broker.node_id,
                               {broker.host, static_cast<uint16_t>(broker.port)},
                               broker.rack.value_or("")};
  if (names == nullptr) topics.clear();
  std::unordered_set<std::string_view> wanted;
  if (names != nullptr)
    for (const auto& name : *names) {
      wanted.insert(name);
      topics[name] = {static_cast<int16_t>(ErrorCode::unknown_topic_or_partition), {}, false, {}};
    }
  for (const auto& topic : response.topics)
    if (topic.name && (names == nullptr || wanted.contains(*topic.name)))
      topics[*topic.name] = topic_from(topic);
}

}  // namespace kt
