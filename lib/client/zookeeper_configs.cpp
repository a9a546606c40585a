#include "client/zookeeper_configs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "client/throttle_settings.h"
#include "client/zookeeper_store.h"
#include "protocol/msg/describe_client_quotas.h"
#include "protocol/msg/describe_configs.h"
#include "protocol/msg/incremental_alter_configs.h"
#include "zookeeper/topics.h"

namespace kt {
namespace {

constexpr std::array<std::string_view, 3> kQuotas = {"producer_byte_rate", "consumer_byte_rate",
                                                     "request_percentage"};

[[noreturn]] void refuse_release(const BrokerApis& apis, std::string_view what,
                                 std::string_view first) {
  throw Error(fmt::format("{} take Kafka {} or later, and this cluster has {}", what, first,
                          release_of(apis)));
}

std::string_view kept_as(const ConfigResource& resource) {
  switch (resource.scope) {
    case ConfigScope::broker:
      return "what is set on brokers";
    case ConfigScope::topic:
      return "what is set on topics";
    default:
      return "what is set on users and clients";
  }
}

std::string source_of(const ConfigResource& resource) {
  if (resource.is_quota()) return "CLIENT_QUOTA";
  return resource.scope == ConfigScope::topic ? "DYNAMIC_TOPIC_CONFIG" : "DYNAMIC_BROKER_CONFIG";
}

/// Credentials of users stand among their quotas.
bool is_credential(const std::string& setting) { return setting.starts_with("SCRAM-"); }

/// Brokers take anything from ZooKeeper, and what they do not know has no effect.
void check_change(const ConfigResource& resource, const ConfigChange& change, const Store& store,
                  bool has_request_quotas) {
  auto refuse = [&](const std::string& why) {
    throw Refusal{ErrorCode::invalid_config, change.name + " " + why};
  };
  auto one_of = [&](auto first, auto last) {
    if (std::find(first, last, change.name) != last) return;
    refuse(fmt::format("is nothing that brokers of Kafka {} take; they take {}", store.release,
                       join(std::vector(first, last), ", ")));
  };
  if (resource.scope == ConfigScope::topic) return;
  const auto* client_id = resource.scope == ConfigScope::client        ? &resource.name
                          : resource.scope == ConfigScope::user_client ? &resource.client_id
                                                                       : nullptr;
  bool encoded = client_id && !client_id->empty() &&
                 zk::entity_path("clients", *client_id) != "clients/" + *client_id;
  if (encoded && !has_request_quotas)
    refuse(
        "of a client id with other characters than letters, digits, '.', '_' and '-' is nothing "
        "that brokers of Kafka " +
        store.release + " find");
  if (resource.is_quota())
    one_of(kQuotas.begin(), has_request_quotas ? kQuotas.end() : kQuotas.end() - 1);
  else
    one_of(std::begin(kThrottleRates), std::end(kThrottleRates));
  int64_t number = 0;
  if (change.operation == ConfigOperation::remove) return;
  if (change.operation != ConfigOperation::set) refuse("is a number, not a list");
  if (!parse_int64(change.value, number) || number <= 0)
    refuse("is a whole number above 0, not " + in_quotes(change.value));
}

}  // namespace

std::string entity_of(const ConfigResource& resource) {
  switch (resource.scope) {
    case ConfigScope::broker:
      return zk::entity_path("brokers", resource.name);
    case ConfigScope::topic:
      return zk::entity_path("topics", resource.name);
    case ConfigScope::user:
      return zk::entity_path("users", resource.name);
    case ConfigScope::user_client:
      return zk::entity_path("users", resource.name) + "/" +
             zk::entity_path("clients", resource.client_id);
    default:
      return zk::entity_path("clients", resource.name);
  }
}

ResourceConfigs kept_configs(const ConfigResource& resource, const zk::Config& node) {
  ResourceConfigs configs;
  configs.resource = resource;
  for (const auto& [name, value] : node.entries) {
    auto& entry = configs.entries.emplace_back();
    entry.name = name;
    entry.value = value;
    entry.source = source_of(resource);
    entry.is_override = true;
  }
  return configs;
}

ConfigWay config_way(Cluster& cluster, const ConfigResource& resource, bool changes) {
  auto apis = cluster.apis_of_any();
  auto has = zk::change_notice(release_of(apis));
  bool described = apis.best(msg::DescribeConfigsRequest::api()).has_value();
  switch (resource.scope) {
    case ConfigScope::topic:
      return described ? ConfigWay::request : ConfigWay::zookeeper;
    case ConfigScope::broker: {
      // Sources and the default of all brokers came together with settings by request.
      bool dynamic = apis.best(msg::DescribeConfigsRequest::api(), 1).has_value();
      if (dynamic || (described && !changes)) return ConfigWay::request;
      if (resource.name.empty()) refuse_release(apis, "settings of all brokers", "1.1");
      if (has < zk::ChangeNotice::entity_path)
        refuse_release(apis, "settings of brokers", "0.10.1");
      return ConfigWay::zookeeper;
    }
    case ConfigScope::user:
    case ConfigScope::user_client:
    case ConfigScope::client: {
      if (apis.best(msg::DescribeClientQuotasRequest::api())) return ConfigWay::request;
      bool of_user = resource.scope != ConfigScope::client;
      if (has < zk::ChangeNotice::entity_name) refuse_release(apis, "quotas", "0.9");
      if (has < zk::ChangeNotice::entity_path && (of_user || resource.name.empty()))
        refuse_release(apis, of_user ? "quotas of users" : "quotas of all clients", "0.10.1");
      return ConfigWay::zookeeper;
    }
    case ConfigScope::address:
      if (!apis.best(msg::DescribeClientQuotasRequest::api()))
        refuse_release(apis, "quotas of addresses", "2.7");
      return ConfigWay::request;
    case ConfigScope::broker_logger:
      // IncrementalAlterConfigs v1 is of 2.4, as levels of loggers are.
      if (!apis.best(msg::IncrementalAlterConfigsRequest::api(), 1))
        refuse_release(apis, "levels of loggers", "2.4");
      return ConfigWay::request;
    default:
      if (!described) refuse_release(apis, "settings of groups and metrics", "3.7");
      return ConfigWay::request;
  }
}

std::vector<ResourceConfigs> describe_configs_in_zookeeper(
    Cluster& cluster, const std::vector<ConfigResource>& resources) {
  if (resources.empty()) return {};
  auto& session = zookeeper_for(cluster, kept_as(resources.front()));
  std::vector<std::string> topics, entities;
  for (const auto& resource : resources) {
    if (resource.scope == ConfigScope::topic) topics.push_back(resource.name);
    entities.push_back(entity_of(resource));
  }
  auto existing = zk::topics(session, topics);
  auto configs = zk::configs(session, entities);
  std::vector<ResourceConfigs> found(resources.size());
  size_t topic = 0;
  for (size_t i = 0; i < resources.size(); ++i) {
    std::erase_if(configs[i].entries, [](const auto& entry) { return is_credential(entry.first); });
    found[i] = kept_configs(resources[i], configs[i]);
    found[i].only_overrides = true;
    if (resources[i].scope == ConfigScope::topic && !existing[topic++])
      found[i].error_code = static_cast<int16_t>(ErrorCode::unknown_topic_or_partition);
  }
  return found;
}

std::vector<ResourceConfigs> describe_all_quotas_in_zookeeper(Cluster& cluster) {
  ConfigResource any{ConfigScope::client, ""};
  auto& session = zookeeper_for(cluster, kept_as(any));
  std::vector<ConfigResource> resources;
  for (const auto& client : zk::entity_names(session, "clients"))
    resources.push_back({ConfigScope::client, client});
  for (const auto& user : zk::entity_names(session, "users")) {
    resources.push_back({ConfigScope::user, user});
    for (const auto& client :
         zk::entity_names(session, zk::entity_path("users", user) + "/clients"))
      resources.push_back({ConfigScope::user_client, user, client});
  }
  auto found = describe_configs_in_zookeeper(cluster, resources);
  std::erase_if(found, [](const auto& configs) { return configs.entries.empty(); });
  return found;
}

ConfigOutcome alter_configs_in_zookeeper(Cluster& cluster, const ConfigResource& resource,
                                         const std::vector<ConfigChange>& changes,
                                         bool validate_only) {
  Store store(cluster, kept_as(resource));
  bool has_request_quotas =
      cluster.apis_of_any().best(msg::DescribeConfigsRequest::api()).has_value();
  return each<ConfigOutcome>(std::vector{resource}, [&](const auto&, ConfigOutcome& outcome) {
    outcome.name = resource.text();
    if (resource.scope == ConfigScope::topic) {
      refuse_settings_of_080(store);
      if (!zk::topics(store.session, {resource.name})[0])
        throw Refusal{ErrorCode::unknown_topic_or_partition, ""};
    }
    for (const auto& change : changes) check_change(resource, change, store, has_request_quotas);
    auto path = entity_of(resource);
    auto read = zk::config(store.session, path);
    auto wanted = rewritten_configs(kept_configs(resource, read), changes);
    if (resource.scope == ConfigScope::topic)
      for (const auto& [name, value] : wanted)
        if (std::any_of(changes.begin(), changes.end(),
                        [&](const auto& change) { return change.name == name; }))
          check_topic_setting(store, name, value);
    if (validate_only) return;
    refuse_unwritten(zk::write_config(store.session, path, read, {wanted.begin(), wanted.end()}));
    zk::announce_config(store.session, store.notice, path);
  })[0];
}

}  // namespace kt
