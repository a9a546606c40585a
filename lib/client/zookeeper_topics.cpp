#include "client/zookeeper_topics.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "base/text.h"
#include "client/placement.h"
#include "protocol/errors.h"
#include "zookeeper/brokers.h"
#include "zookeeper/cluster.h"
#include "zookeeper/configs.h"
#include "zookeeper/orders.h"
#include "zookeeper/topics.h"

namespace kt {
namespace {

/// What may not be done, with Kafka's code for it: becomes the outcome of one item.
struct Refusal {
  ErrorCode code;
  std::string message;
};

/// The cluster's ZooKeeper for writing.
struct Store {
  zk::Session& session;
  std::string release;
  zk::ChangeNotice notice;

  Store(Cluster& cluster, std::string_view what)
      : session(cluster.zookeeper(what)),
        release(release_of(cluster.apis_of_any())),
        notice(zk::change_notice(release)) {
    zk::refuse_where_kraft_owns(session);
  }
};

std::string what_of(Cluster& cluster, std::string_view what) {
  return fmt::format("{} of Kafka {}", what, release_of(cluster.apis_of_any()));
}

/// `do_one` of each item; what it refuses is that item's outcome.
template <class Made, class Items, class DoOne>
std::vector<Made> each(const Items& items, const DoOne& do_one) {
  std::vector<Made> outcomes;
  for (const auto& item : items) {
    auto& outcome = outcomes.emplace_back();
    if constexpr (requires { item.name; })
      outcome.name = item.name;
    else
      outcome.name = item;
    try {
      do_one(item, outcome);
    } catch (const Refusal& refusal) {
      outcome.error_code = static_cast<int16_t>(refusal.code);
      outcome.message = refusal.message;
    }
  }
  return outcomes;
}

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

std::string entity(const std::string& topic) { return "topics/" + topic; }

void refuse_settings_of_080(const Store& store) {
  if (store.notice == zk::ChangeNotice::none)
    throw Refusal{ErrorCode::invalid_config,
                  "Kafka 0.8.0 keeps no settings of topics: they are in its brokers' files"};
}

void refuse_unwritten(zk::Written written) {
  switch (written) {
    case zk::Written::done:
      return;
    case zk::Written::exists:
      throw Refusal{ErrorCode::topic_already_exists, ""};
    case zk::Written::absent:
      throw Refusal{ErrorCode::unknown_topic_or_partition, ""};
    case zk::Written::uncertain:
      throw Refusal{ErrorCode::unknown_server_error,
                    "the connection to ZooKeeper was lost meanwhile: look whether it is done"};
    default:
      throw Refusal{ErrorCode::unknown_server_error,
                    "somebody else has changed it meanwhile: nothing was written, try again"};
  }
}

/// A topic that does not exist yet may have settings of one that was deleted: they are replaced.
void write_settings(Store& store, const msg::CreateTopicsRequest::Topic& topic) {
  std::map<std::string, std::string> settings;
  for (const auto& config : topic.configs) settings[config.name] = config.value.value_or("");
  if (store.notice == zk::ChangeNotice::none) return;
  auto old = zk::config(store.session, entity(topic.name));
  if (settings.empty() && old.entries.empty()) return;
  refuse_unwritten(zk::write_config(store.session, entity(topic.name), old, settings));
}

}  // namespace

std::vector<CreatedTopic> create_topics_in_zookeeper(
    Cluster& cluster, const std::vector<msg::CreateTopicsRequest::Topic>& topics,
    bool validate_only) {
  Store store(cluster, what_of(cluster, "the register of topics"));
  auto living = racks_of(store.session);
  auto existing = zk::topic_names(store.session);
  return each<CreatedTopic>(topics, [&](const auto& topic, CreatedTopic& created) {
    check_name(topic.name, existing, store);
    if (zk::deletion_requested(store.session, topic.name))
      throw Refusal{ErrorCode::topic_already_exists, "it is being deleted"};
    if (!topic.configs.empty()) refuse_settings_of_080(store);
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
  Store store(cluster, what_of(cluster, "the register of topics"));
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
  Store store(cluster, what_of(cluster, "the register of topics"));
  if (store.notice == zk::ChangeNotice::none)
    throw Error("Kafka 0.8.0 cannot delete topics; 0.8.1 and later can");
  return each<Outcome>(names, [&](const std::string& name, Outcome&) {
    if (!zk::topics(store.session, {name})[0])
      throw Refusal{ErrorCode::unknown_topic_or_partition, ""};
    auto written = zk::request_deletion(store.session, name);
    if (written != zk::Written::exists) refuse_unwritten(written);
  });
}

std::vector<ResourceConfigs> describe_topic_configs_in_zookeeper(
    Cluster& cluster, const std::vector<ConfigResource>& topics) {
  auto& session = cluster.zookeeper(what_of(cluster, "what is set on topics"));
  std::vector<std::string> names, entities;
  for (const auto& topic : topics) {
    names.push_back(topic.name);
    entities.push_back(entity(topic.name));
  }
  auto existing = zk::topics(session, names);
  auto configs = zk::configs(session, entities);
  std::vector<ResourceConfigs> found(topics.size());
  for (size_t i = 0; i < topics.size(); ++i) {
    found[i].resource = topics[i];
    if (!existing[i])
      found[i].error_code = static_cast<int16_t>(ErrorCode::unknown_topic_or_partition);
    for (const auto& [name, value] : configs[i].entries) {
      auto& entry = found[i].entries.emplace_back();
      entry.name = name;
      entry.value = value;
      entry.source = "DYNAMIC_TOPIC_CONFIG";
      entry.is_override = true;
    }
  }
  return found;
}

ConfigOutcome alter_topic_configs_in_zookeeper(Cluster& cluster, const ConfigResource& topic,
                                               const std::vector<ConfigChange>& changes,
                                               bool validate_only) {
  Store store(cluster, what_of(cluster, "what is set on topics"));
  return each<ConfigOutcome>(std::vector{topic}, [&](const auto&, ConfigOutcome& outcome) {
    outcome.name = topic.text();
    refuse_settings_of_080(store);
    auto now = describe_topic_configs_in_zookeeper(cluster, {topic}).front();
    if (now.error_code != 0) throw Refusal{ErrorCode::unknown_topic_or_partition, ""};
    auto read = zk::config(store.session, entity(topic.name));
    now.entries.clear();
    for (const auto& [name, value] : read.entries) {
      auto& entry = now.entries.emplace_back();
      entry.name = name;
      entry.value = value;
      entry.is_override = true;
    }
    auto wanted = rewritten_configs(now, changes);
    if (validate_only) return;
    refuse_unwritten(
        zk::write_config(store.session, entity(topic.name), read, {wanted.begin(), wanted.end()}));
    zk::announce_topic_config(store.session, store.notice, topic.name);
  })[0];
}

}  // namespace kt
