// Settings that a cluster keeps: of topics, brokers, loggers, groups and client metrics by
// DescribeConfigs and (Incremental)AlterConfigs, of users, clients and addresses (quotas) by
// DescribeClientQuotas and AlterClientQuotas.
// Versions: DescribeConfigs and AlterConfigs exist from 0.11 on, for brokers and with sources and
// synonyms from 1.1, IncrementalAlterConfigs from 2.3, quotas from 2.6; before that ZooKeeper keeps
// what the release has of them: see zookeeper_configs.h. Before 2.3 a change is read-modify-write:
// all that is set is read, changed and sent back, and refused where something could get lost.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/admin_topics.h"
#include "client/cluster.h"
#include "protocol/msg/describe_configs.h"

namespace kt {

/// The kinds of resources that have settings; the numbers are Kafka's where it has one.
enum class ConfigScope : int8_t {
  topic = 2,
  broker = 4,
  broker_logger = 8,
  client_metrics = 16,
  group = 32,
  user = -1,
  client = -2,
  address = -3,
  user_client = -4,
};

/// A thing with settings, as typed: `topic/orders`, `broker/1`, `broker/` (the default of all
/// brokers), `logger/1`, `group/g`, `metrics/m`, `user/x`, `client/y`, `user/x,client/y` (the user
/// with that client id), `ip/10.0.0.1`.
struct ConfigResource {
  ConfigScope scope = ConfigScope::topic;
  std::string name;            ///< empty: the default of all of that kind
  std::string client_id = {};  ///< of a user_client, whose user `name` is; empty: of all clients

  bool is_quota() const { return static_cast<int8_t>(scope) < 0; }
  std::string text() const;
  bool operator==(const ConfigResource&) const = default;
};

/// Throws a usage error that lists the kinds.
ConfigResource parse_config_resource(std::string_view text);

struct ConfigSynonym {
  std::string name;
  std::optional<std::string> value;
  std::string source;
};
struct ConfigEntry {
  std::string name;
  std::optional<std::string> value;  ///< nothing where it is sensitive
  std::string source;        ///< "topic", "broker", "default-broker", "static", "default"...
  bool is_override = false;  ///< set on the resource itself
  bool is_default = false;
  bool is_sensitive = false;
  bool is_read_only = false;
  std::string type;           ///< "int", "list"...; empty before 2.6
  std::string documentation;  ///< empty unless asked for (2.6)
  std::vector<ConfigSynonym> synonyms;
};
struct ResourceConfigs {
  ConfigResource resource;
  int16_t error_code = 0;
  std::string message;
  std::vector<ConfigEntry> entries;  ///< by name
  bool only_overrides = false;       ///< what it inherits is not told: it came from ZooKeeper

  /// Null where it is not told.
  const ConfigEntry* find(std::string_view name) const;
  /// Empty where it is not told.
  std::string value_of(std::string_view name) const;
};

struct DescribeConfigsOptions {
  std::vector<std::string> names;  ///< only these settings; all where empty
  bool documentation = false;
};

/// The settings of the resources, in that order. Questions about a broker go to that broker.
std::vector<ResourceConfigs> describe_configs(Cluster& cluster,
                                              const std::vector<ConfigResource>& resources,
                                              const DescribeConfigsOptions& options = {});

/// What each broker that can be reached shows of the resources, one broker after the other; brokers
/// and loggers themselves alone. Not for resources that ZooKeeper keeps.
std::vector<ResourceConfigs> describe_configs_everywhere(
    Cluster& cluster, const std::vector<ConfigResource>& resources,
    const std::vector<std::string>& names);

enum class ConfigOperation : int8_t { set = 0, remove = 1, append = 2, subtract = 3 };
struct ConfigChange {
  std::string name;
  ConfigOperation operation = ConfigOperation::set;
  std::string value;
};

struct ConfigOutcome : Outcome {
  bool rewritten = false;  ///< all settings were sent again, for want of IncrementalAlterConfigs
};

/// Changes settings of one resource; with `validate_only` the broker checks alone.
ConfigOutcome alter_configs(Cluster& cluster, const ConfigResource& resource,
                            const std::vector<ConfigChange>& changes, bool validate_only);

/// What a resource had set, and what was changed in it.
struct ChangedConfigs {
  ResourceConfigs before;
  std::vector<ConfigChange> changes;
};

/// Waits until every broker that can be reached shows all the changes; false where the cluster's
/// deadline came first.
bool await_configs(Cluster& cluster, const std::vector<ChangedConfigs>& changed);

/// What AlterConfigs would have to send: what is set now, with the changes. Throws where a
/// sensitive value, which brokers do not tell, would get lost.
std::vector<std::pair<std::string, std::string>> rewritten_configs(
    const ResourceConfigs& now, const std::vector<ConfigChange>& changes);

}  // namespace kt
