#include "client/admin_topics.h"

#include <algorithm>
#include <set>

#include "client/await.h"
#include "client/leaders.h"
#include "client/zookeeper_topics.h"
#include "protocol/errors.h"
#include "protocol/msg/delete_records.h"
#include "protocol/msg/delete_topics.h"

namespace kt {

namespace {

using Topic = msg::MetadataResponse::Topic;

/// The first version that can ask for a topic without creating it.
constexpr int16_t kAsksWithoutCreating = 4;

msg::MetadataRequest metadata_request(int16_t version,
                                      const std::optional<std::vector<std::string>>& names) {
  msg::MetadataRequest request;
  if (version >= kAsksWithoutCreating) request.allow_auto_topic_creation = false;
  if (!names || version < kAsksWithoutCreating) {
    if (version > 0) request.topics.reset();
    return request;
  }
  for (const auto& name : *names) request.topics->emplace_back().name = name;
  return request;
}

std::string topic_name(const Topic& topic) { return topic.name.value_or(""); }

/// Keeps the topics named, and adds those that the answer lacks as unknown.
void keep(msg::MetadataResponse& response, const std::vector<std::string>& names) {
  std::set<std::string> wanted(names.begin(), names.end());
  std::erase_if(response.topics,
                [&](const Topic& topic) { return wanted.erase(topic_name(topic)) == 0; });
  for (const auto& name : wanted) {
    auto& absent = response.topics.emplace_back();
    absent.name = name;
    absent.error_code = static_cast<int16_t>(ErrorCode::unknown_topic_or_partition);
  }
}

void sort(msg::MetadataResponse& response) {
  std::sort(response.topics.begin(), response.topics.end(),
            [](const Topic& a, const Topic& b) { return a.name < b.name; });
  for (auto& topic : response.topics)
    std::sort(topic.partitions.begin(), topic.partitions.end(),
              [](const auto& a, const auto& b) { return a.partition_index < b.partition_index; });
}

}  // namespace

int32_t request_timeout_ms(const Cluster& cluster) {
  auto left = cluster.deadline().remaining().count();
  return static_cast<int32_t>(std::clamp<int64_t>(left * 9 / 10, 1'000, 300'000));
}

msg::MetadataResponse describe_topics(Cluster& cluster,
                                      const std::optional<std::vector<std::string>>& names) {
  auto reply = cluster.call_by_version<msg::MetadataRequest>(
      [&](int16_t version) { return metadata_request(version, names); });
  if (names) keep(*reply, *names);
  cluster.learn(*reply, names ? &*names : nullptr);
  sort(*reply);
  return std::move(*reply);
}

std::vector<CreatedTopic> create_topics(Cluster& cluster,
                                        const std::vector<msg::CreateTopicsRequest::Topic>& topics,
                                        bool validate_only) {
  if (!cluster.apis_of_any().best(msg::CreateTopicsRequest::api()))
    return create_topics_in_zookeeper(cluster, topics, validate_only);
  msg::CreateTopicsRequest request;
  request.topics = topics;
  request.timeout_ms = request_timeout_ms(cluster);
  request.validate_only = validate_only;
  bool broker_decides = std::any_of(topics.begin(), topics.end(), [](const auto& topic) {
    return topic.assignments.empty() && (topic.num_partitions < 0 || topic.replication_factor < 0);
  });
  CallOptions options;
  options.at_least = broker_decides ? 4 : validate_only ? 1 : 0;
  auto reply = cluster.call(request, options);
  std::vector<CreatedTopic> created;
  for (auto& topic : reply->topics)
    created.push_back({{topic.name, topic.error_code, topic.error_message.value_or("")},
                       topic.topic_id,
                       topic.num_partitions,
                       topic.replication_factor});
  return created;
}

std::vector<Outcome> create_partitions(
    Cluster& cluster, const std::vector<msg::CreatePartitionsRequest::Topic>& topics,
    bool validate_only) {
  if (!cluster.apis_of_any().best(msg::CreatePartitionsRequest::api()))
    return create_partitions_in_zookeeper(cluster, topics, validate_only);
  msg::CreatePartitionsRequest request;
  request.topics = topics;
  request.timeout_ms = request_timeout_ms(cluster);
  request.validate_only = validate_only;
  auto reply = cluster.call(request);
  std::vector<Outcome> outcomes;
  for (auto& result : reply->results)
    outcomes.push_back({result.name, result.error_code, result.error_message.value_or("")});
  return outcomes;
}

std::vector<Outcome> delete_topics(Cluster& cluster, const std::vector<std::string>& names) {
  if (!cluster.apis_of_any().best(msg::DeleteTopicsRequest::api()))
    return delete_topics_in_zookeeper(cluster, names);
  auto reply = cluster.call_by_version<msg::DeleteTopicsRequest>([&](int16_t version) {
    msg::DeleteTopicsRequest request;
    request.timeout_ms = request_timeout_ms(cluster);
    if (version < 6) {
      request.topic_names = names;
    } else {
      for (const auto& name : names) request.topics.emplace_back().name = name;
    }
    return request;
  });
  std::vector<Outcome> outcomes;
  for (auto& topic : reply->responses)
    outcomes.push_back(
        {topic.name.value_or(""), topic.error_code, topic.error_message.value_or("")});
  return outcomes;
}

std::vector<TrimmedPartition> delete_records(Cluster& cluster, const std::vector<Trim>& trims) {
  msg::DeleteRecordsRequest request;
  request.timeout_ms = request_timeout_ms(cluster);
  for (const auto& [at, offset] : trims) {
    if (request.topics.empty() || request.topics.back().name != at.topic)
      request.topics.emplace_back().name = at.topic;
    auto& asked = request.topics.back().partitions.emplace_back();
    asked.partition_index = at.partition;
    asked.offset = offset;
  }
  std::vector<TrimmedPartition> trimmed;
  for (const auto& topic : call_leaders(cluster, request).topics)
    for (const auto& partition : topic.partitions)
      trimmed.push_back(
          {{topic.name, partition.partition_index}, partition.low_watermark, partition.error_code});
  return trimmed;
}

bool await_topics(Cluster& cluster, const std::vector<std::string>& names,
                  const std::function<bool(const Topic&)>& done) {
  cluster.learn_all_brokers();
  bool named =
      cluster.apis_of_any().best(msg::MetadataRequest::api(), kAsksWithoutCreating).has_value();
  CallOptions options;
  if (!named) options.at_most = 0;
  auto request = metadata_request(named ? kAsksWithoutCreating : 0, std::optional(names));
  return await(cluster, [&] {
    bool any_told = false, all_done = true;
    for (auto& answer : cluster.call_all_brokers(request, options)) {
      if (!answer.reply) continue;
      any_told = true;
      keep(answer.reply->message, names);
      for (const auto& topic : (*answer.reply)->topics) all_done = all_done && done(topic);
    }
    return any_told && all_done;
  });
}

}  // namespace kt
