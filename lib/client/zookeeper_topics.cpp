#include "client/zookeeper_topics.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "base/text.h"
#include "client/placement.h"
#include "client/zookeeper_store.h"
#include "protocol/errors.h"
#include "zookeeper/brokers.h"
#include "zookeeper/configs.h"
#include "zookeeper/orders.h"
#include "zookeeper/topics.h"

namespace kt {
namespace {

/// The controller takes any name, and brokers then stumble over it.
void check_name(const std::string& name, const std::vector<std::string>& existing,
                const Store& store) {
  // 255 where the name of a directory is not yet made of it (before 0.10).
  size_t longest =
      store.notice == zk::ChangeNotice::entity_path || store.release.starts_with("0.10") ? 249
                                                                                         : 255;
  bool legal = !name.empty() && name != "." && name != ".." && name.size() <= longest &&
               std::all_of(name.begin(), name.end(), [](char c) {
                 return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
               });
  if (!legal)
    throw Refusal{ErrorCode::invalid_topic_exception,
                  fmt::format("a name has letters, digits, '.', '_' and '-', {} at most", longest)};
  auto same_metric = [](std::string text) {
    std::replace(text.begin(), text.end(), '.', '_');
    return text;
  };
  for (const auto& other : existing) {
    if (other == name) throw Refusal{ErrorCode::topic_already_exists, ""};
    if (store.notice >= zk::ChangeNotice::entity_name && same_metric(other) == same_metric(name))
      throw Refusal{ErrorCode::invalid_topic_exception,
                    "its metrics would be those of topic " + in_quotes(other)};
  }
}

std::map<int32_t, std::string> racks_of(zk::Session& session) {
  std::map<int32_t, std::string> racks;
  for (const auto& broker : zk::brokers(session)) racks[broker.id] = broker.rack;
  return racks;
}

void check_replicas(const std::vector<int32_t>& replicas, size_t expected,
                    const std::map<int32_t, std::string>& living) {
  if (replicas.size() != expected)
    throw Refusal{ErrorCode::invalid_replica_assignment,
                  "all partitions of a topic have the same number of replicas, here " +
                      std::to_string(expected)};
  for (auto broker : replicas)
    if (!living.contains(broker))
      throw Refusal{ErrorCode::invalid_replica_assignment,
                    fmt::format("broker {} is not alive", broker)};
}

/// What Kafka's tool would choose; an error becomes the refusal of the item.
zk::Assignment placed(Placement wanted) {
  zk::Assignment assignment;
  try {
    int32_t partition = wanted.first_partition;
    for (auto& replicas : place(wanted)) assignment[partition++] = std::move(replicas);
  } catch (const Error& error) {
    throw Refusal{ErrorCode::invalid_replication_factor, error.message()};
  }
  return assignment;
}

zk::Assignment assignment_of(const msg::CreateTopicsRequest::Topic& topic,
                             const std::map<int32_t, std::string>& living) {
  zk::Assignment assignment;
  for (const auto& partition : topic.assignments) {
    check_replicas(partition.broker_ids, topic.assignments.front().broker_ids.size(), living);
    assignment[partition.partition_index] = partition.broker_ids;
  }
  if (!assignment.empty()) return assignment;
  std::random_device dice;
  return placed({.brokers = living,
                 .replication_factor = std::max<int32_t>(1, topic.replication_factor),
                 .partitions = std::max(1, topic.num_partitions),
                 .start = dice() % 65'536,
                 .shift = dice() % 65'536});
}

/// New partitions go on where the topic's first one stands.
zk::Assignment growth_of(const msg::CreatePartitionsRequest::Topic& asked, const zk::Topic& topic,
                         const std::map<int32_t, std::string>& living) {
  auto now = static_cast<int32_t>(topic.replicas.size());
  if (topic.replicas.empty() || topic.replicas.rbegin()->first != now - 1)
    throw Refusal{ErrorCode::invalid_partitions, "its partitions have holes in their numbers"};
  int32_t added = asked.count - now;
  if (added <= 0)
    throw Refusal{ErrorCode::invalid_partitions, fmt::format("it has {} already", now)};
  const auto& first = topic.replicas.begin()->second;
  if (asked.assignments) {
    if (static_cast<int32_t>(asked.assignments->size()) != added)
      throw Refusal{ErrorCode::invalid_replica_assignment,
                    fmt::format("{} partitions would be new, and {} are placed", added,
                                asked.assignments->size())};
    zk::Assignment assignment;
    for (const auto& partition : *asked.assignments) {
      check_replicas(partition.broker_ids, first.size(), living);
      assignment[now++] = partition.broker_ids;
    }
    return assignment;
  }
  auto leader = first.empty() ? living.end() : living.find(first.front());
  auto index =
      leader == living.end() ? 0U : static_cast<uint32_t>(std::distance(living.begin(), leader));
  return placed({.brokers = living,
                 .replication_factor = static_cast<int32_t>(first.size()),
                 .first_partition = now,
                 .partitions = added,
                 .start = index,
                 .shift = index});
}

/// Controllers of old write what they remember of a topic when a move ends, without what is new.
void refuse_while_moving(zk::Session& session, const std::string& topic) {
  auto moves = zk::running_reassignment(session);
  if (!moves) return;
  for (const auto& move : *moves)
    if (move.partition.first == topic)
      throw Refusal{ErrorCode::reassignment_in_progress,
                    "its partitions are being moved: wait until that is done"};
}

/// A topic that does not exist yet may have settings of one that was deleted: they are replaced.
void write_settings(Store& store, const msg::CreateTopicsRequest::Topic& topic) {
  std::map<std::string, std::string> settings;
  for (const auto& config : topic.configs) settings[config.name] = config.value.value_or("");
  if (store.notice == zk::ChangeNotice::none) return;
  auto old = zk::config(store.session, zk::entity_path("topics", topic.name));
  if (settings.empty() && old.entries.empty()) return;
  refuse_unwritten(
      zk::write_config(store.session, zk::entity_path("topics", topic.name), old, settings));
}

}  // namespace

std::vector<CreatedTopic> create_topics_in_zookeeper(
    Cluster& cluster, const std::vector<msg::CreateTopicsRequest::Topic>& topics,
    bool validate_only) {
  Store store(cluster, "the register of topics");
  auto living = racks_of(store.session);
  auto existing = zk::topic_names(store.session);
  return each<CreatedTopic>(topics, [&](const auto& topic, CreatedTopic& created) {
    check_name(topic.name, existing, store);
    if (zk::deletion_requested(store.session, topic.name))
      throw Refusal{ErrorCode::topic_already_exists, "it is being deleted"};
    if (!topic.configs.empty()) refuse_settings_of_080(store);
    for (const auto& config : topic.configs)
      check_topic_setting(store, config.name, config.value.value_or(""));
    auto assignment = assignment_of(topic, living);
    created.partition_count = static_cast<int32_t>(assignment.size());
    created.replication_factor = static_cast<int16_t>(assignment.begin()->second.size());
    if (validate_only) return;
    write_settings(store, topic);
    auto written = zk::create_topic(store.session, topic.name, assignment);
    if (written == zk::Written::exists && !topic.configs.empty())
      throw Refusal{ErrorCode::topic_already_exists,
                    "somebody else has created it meanwhile: look at its settings"};
    refuse_unwritten(written);
    existing.push_back(topic.name);
  });
}

std::vector<Outcome> create_partitions_in_zookeeper(
    Cluster& cluster, const std::vector<msg::CreatePartitionsRequest::Topic>& topics,
    bool validate_only) {
  Store store(cluster, "the register of topics");
  auto living = racks_of(store.session);
  return each<Outcome>(topics, [&](const auto& asked, Outcome&) {
    auto topic = zk::topics(store.session, {asked.name})[0];
    if (!topic) throw Refusal{ErrorCode::unknown_topic_or_partition, ""};
    refuse_while_moving(store.session, asked.name);
    auto added = growth_of(asked, *topic, living);
    if (validate_only) return;
    refuse_unwritten(zk::add_partitions(store.session, *topic, added));
  });
}

std::vector<Outcome> delete_topics_in_zookeeper(Cluster& cluster,
                                                const std::vector<std::string>& names) {
  Store store(cluster, "the register of topics");
  if (store.notice == zk::ChangeNotice::none)
    throw Error("Kafka 0.8.0 cannot delete topics; 0.8.1 and later can");
  return each<Outcome>(names, [&](const std::string& name, Outcome&) {
    if (!zk::topics(store.session, {name})[0])
      throw Refusal{ErrorCode::unknown_topic_or_partition, ""};
    auto written = zk::request_deletion(store.session, name);
    if (written != zk::Written::exists) refuse_unwritten(written);
  });
}

}  // namespace kt
