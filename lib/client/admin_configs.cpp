#include "client/admin_configs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "base/text.h"
#include "client/admin_quotas.h"
#include "client/zookeeper_configs.h"
#include "protocol/errors.h"
#include "protocol/msg/alter_configs.h"
#include "protocol/msg/incremental_alter_configs.h"

namespace kt {

namespace {

struct ScopeName {
  ConfigScope scope;
  std::string_view word;
};
constexpr std::array<ScopeName, 8> kScopes{{
    {ConfigScope::topic, "topic"},
    {ConfigScope::broker, "broker"},
    {ConfigScope::broker_logger, "logger"},
    {ConfigScope::client_metrics, "metrics"},
    {ConfigScope::group, "group"},
    {ConfigScope::user, "user"},
    {ConfigScope::client, "client"},
    {ConfigScope::address, "ip"},
}};

constexpr std::string_view kAndClient = ",client/";

constexpr std::array<std::string_view, 9> kSources = {
    "UNKNOWN",
    "DYNAMIC_TOPIC_CONFIG",
    "DYNAMIC_BROKER_CONFIG",
    "DYNAMIC_DEFAULT_BROKER_CONFIG",
    "STATIC_BROKER_CONFIG",
    "DEFAULT_CONFIG",
    "DYNAMIC_BROKER_LOGGER_CONFIG",
    "DYNAMIC_CLIENT_METRICS_CONFIG",
    "DYNAMIC_GROUP_CONFIG",
};
enum Source : int8_t {
  kTopicSource = 1,
  kBrokerSource,
  kDefaultBrokerSource,
  kStaticSource,
  kDefaultSource
};

constexpr std::array<std::string_view, 10> kTypes = {
    "", "boolean", "string", "int", "short", "long", "double", "list", "class", "password"};

template <size_t count>
std::string name_at(const std::array<std::string_view, count>& names, int8_t number) {
  auto index = static_cast<size_t>(number);
  return number >= 0 && index < count ? std::string(names[index]) : std::to_string(number);
}

/// The source that a resource's own settings have.
int8_t own_source(const ConfigResource& resource) {
  switch (resource.scope) {
    case ConfigScope::broker:
      return resource.name.empty() ? kDefaultBrokerSource : kBrokerSource;
    case ConfigScope::broker_logger:
      return 6;
    case ConfigScope::client_metrics:
      return 7;
    case ConfigScope::group:
      return 8;
    default:
      return kTopicSource;
  }
}

/// v0 has a flag in place of the source.
int8_t source_of(const ConfigResource& resource,
                 const msg::DescribeConfigsResponse::Result::Config& config) {
  if (config.config_source >= 0) return config.config_source;
  if (config.is_default) return kDefaultSource;
  return resource.scope == ConfigScope::broker ? kStaticSource : kTopicSource;
}

ConfigEntry entry_of(const ConfigResource& resource,
                     const msg::DescribeConfigsResponse::Result::Config& config) {
  ConfigEntry entry;
  entry.name = config.name;
  if (!config.is_sensitive) entry.value = config.value;
  auto source = source_of(resource, config);
  entry.source = name_at(kSources, source);
  entry.is_override = source == own_source(resource);
  entry.is_default = source == kDefaultSource;
  entry.is_sensitive = config.is_sensitive;
  entry.is_read_only = config.read_only;
  entry.type = name_at(kTypes, config.config_type);
  entry.documentation = config.documentation.value_or("");
  for (const auto& synonym : config.synonyms)
    entry.synonyms.push_back({synonym.name, config.is_sensitive ? std::nullopt : synonym.value,
                              name_at(kSources, synonym.source)});
  return entry;
}

/// Brokers answer for themselves; everything else any broker knows.
std::optional<int32_t> broker_of(Cluster& cluster, const ConfigResource& resource) {
  bool of_broker =
      resource.scope == ConfigScope::broker || resource.scope == ConfigScope::broker_logger;
  int64_t id = -1;
  if (!of_broker || resource.name.empty()) return std::nullopt;
  if (!parse_int64(resource.name, id) || id < 0 || id > INT32_MAX)
    throw Error(resource.text() + ": a broker is named by its number", Exit::usage);
  auto broker = static_cast<int32_t>(id);
  if (!cluster.metadata()->brokers.contains(broker) &&
      !cluster.refresh({})->brokers.contains(broker))
    throw Error(fmt::format("broker {} is not in the cluster", broker), Exit::failed,
                "kt broker list shows those that are");
  return broker;
}

/// Rates of throttled replication, which 1.1 tells like secrets: it has no definition of them.
bool is_untold_rate(const ConfigEntry& entry) {
  constexpr std::string_view kRates[] = {"leader.replication.throttled.rate",
                                         "follower.replication.throttled.rate",
                                         "replica.alter.log.dirs.io.max.bytes.per.second"};
  bool is_rate = std::find(std::begin(kRates), std::end(kRates), entry.name) != std::end(kRates);
  return is_rate && entry.is_override && !entry.value;
}

void take_rates(ResourceConfigs& configs, const ResourceConfigs& kept) {
  for (auto& entry : configs.entries)
    for (const auto& one : kept.entries)
      if (is_untold_rate(entry) && one.name == entry.name) {
        entry.value = one.value;
        entry.is_sensitive = false;
        for (auto& synonym : entry.synonyms)
          if (synonym.source == entry.source) synonym.value = one.value;
      }
}

/// From 0.11 to 1.0 brokers tell what they run with, and what was set on them since stands in
/// ZooKeeper.
void add_settings_kept_aside(Cluster& cluster, std::vector<ResourceConfigs>& found) {
  if (!cluster.names_zookeeper()) return;
  for (auto& configs : found) {
    if (configs.resource.scope != ConfigScope::broker || configs.error_code != 0) continue;
    bool aside = config_way(cluster, configs.resource, true) == ConfigWay::zookeeper;
    bool untold = std::any_of(configs.entries.begin(), configs.entries.end(), is_untold_rate);
    if ((!aside || configs.only_overrides) && !untold) continue;
    auto kept = describe_configs_in_zookeeper(cluster, {configs.resource}).front();
    if (untold)
      take_rates(configs, kept);
    else
      configs.entries.insert(configs.entries.end(), kept.entries.begin(), kept.entries.end());
  }
}

/// The request that every version can send.
msg::DescribeConfigsRequest request_for(const std::vector<ConfigResource>& resources,
                                        const std::vector<size_t>& positions,
                                        const std::vector<std::string>& names) {
  msg::DescribeConfigsRequest request;
  for (size_t position : positions) {
    auto& asked = request.resources.emplace_back();
    asked.resource_type = static_cast<int8_t>(resources[position].scope);
    asked.resource_name = resources[position].name;
    if (names.empty())
      asked.configuration_keys.reset();
    else
      asked.configuration_keys = names;
  }
  return request;
}

void take(const msg::DescribeConfigsResponse& response, const std::vector<size_t>& positions,
          std::vector<ResourceConfigs>& found) {
  for (const auto& result : response.results)
    for (size_t position : positions) {
      auto& configs = found[position];
      bool same = static_cast<int8_t>(configs.resource.scope) == result.resource_type &&
                  configs.resource.name == result.resource_name;
      if (!same) continue;
      configs.error_code = result.error_code;
      configs.message = result.error_message.value_or("");
      for (const auto& config : result.configs)
        configs.entries.push_back(entry_of(configs.resource, config));
      std::sort(configs.entries.begin(), configs.entries.end(),
                [](const auto& a, const auto& b) { return a.name < b.name; });
    }
}

std::string list_changed(const std::string& list, const ConfigChange& change) {
  std::vector<std::string> items;
  for (auto item : split(list, ','))
    if (!item.empty()) items.emplace_back(item);
  for (auto item : split(change.value, ',')) {
    auto found = std::find(items.begin(), items.end(), item);
    if (change.operation == ConfigOperation::append && found == items.end())
      items.emplace_back(item);
    if (change.operation == ConfigOperation::subtract && found != items.end()) items.erase(found);
  }
  return join(items, ",");
}

template <class Reply>
ConfigOutcome outcome_of(const ConfigResource& resource, const Reply& reply, bool rewritten) {
  ConfigOutcome outcome;
  outcome.name = resource.text();
  outcome.rewritten = rewritten;
  if (reply->responses.empty()) return outcome;
  outcome.error_code = reply->responses.front().error_code;
  outcome.message = reply->responses.front().error_message.value_or("");
  return outcome;
}

ConfigOutcome rewrite(Cluster& cluster, const ConfigResource& resource,
                      const std::vector<ConfigChange>& changes, bool validate_only) {
  auto now = describe_configs(cluster, {resource}).front();
  if (now.error_code != 0 || !now.message.empty())
    return {{resource.text(), now.error_code, now.message}, true};
  msg::AlterConfigsRequest request;
  request.validate_only = validate_only;
  auto& asked = request.resources.emplace_back();
  asked.resource_type = static_cast<int8_t>(resource.scope);
  asked.resource_name = resource.name;
  for (auto& [name, value] : rewritten_configs(now, changes)) {
    auto& config = asked.configs.emplace_back();
    config.name = name;
    config.value = value;
  }
  CallOptions options;
  options.broker = broker_of(cluster, resource);
  return outcome_of(resource, cluster.call(request, options), true);
}

}  // namespace

const ConfigEntry* ResourceConfigs::find(std::string_view name) const {
  auto found = std::find_if(entries.begin(), entries.end(),
                            [&](const auto& entry) { return entry.name == name; });
  return found == entries.end() ? nullptr : &*found;
}

std::string ResourceConfigs::value_of(std::string_view name) const {
  const auto* entry = find(name);
  return entry == nullptr ? std::string() : entry->value.value_or("");
}

std::string ConfigResource::text() const {
  if (scope == ConfigScope::user_client) return "user/" + name + kAndClient.data() + client_id;
  for (const auto& [known, word] : kScopes)
    if (known == scope) return std::string(word) + "/" + name;
  return name;
}

ConfigResource parse_config_resource(std::string_view text) {
  auto slash = text.find('/');
  std::vector<std::string> forms;
  for (const auto& [scope, word] : kScopes) {
    if (slash != std::string_view::npos && text.substr(0, slash) == word) {
      auto name = text.substr(slash + 1);
      // Names of users may hold commas.
      auto pair = scope == ConfigScope::user ? name.rfind(kAndClient) : name.npos;
      if (pair == name.npos) return {scope, std::string(name)};
      return {ConfigScope::user_client, std::string(name.substr(0, pair)),
              std::string(name.substr(pair + kAndClient.size()))};
    }
    forms.push_back(std::string(word) + "/NAME");
  }
  throw Error("\"" + std::string(text) + "\" names nothing that has settings", Exit::usage,
              "it is one of " + join(forms, ", ") +
                  ", user/NAME,client/NAME; broker/ stands for all brokers");
}

std::vector<ResourceConfigs> describe_configs(Cluster& cluster,
                                              const std::vector<ConfigResource>& resources,
                                              const DescribeConfigsOptions& wanted) {
  std::vector<ResourceConfigs> found(resources.size());
  std::map<std::optional<int32_t>, std::vector<size_t>> by_broker;
  std::vector<size_t> in_store;
  for (size_t i = 0; i < resources.size(); ++i) {
    found[i].resource = resources[i];
    if (config_way(cluster, resources[i], false) == ConfigWay::zookeeper)
      in_store.push_back(i);
    else if (resources[i].is_quota())
      found[i] = describe_quotas(cluster, resources[i]);
    else
      by_broker[broker_of(cluster, resources[i])].push_back(i);
  }
  if (!in_store.empty()) {
    std::vector<ConfigResource> kept;
    for (size_t position : in_store) kept.push_back(resources[position]);
    auto told = describe_configs_in_zookeeper(cluster, kept);
    for (size_t i = 0; i < in_store.size(); ++i) found[in_store[i]] = std::move(told[i]);
  }
  for (const auto& [broker, positions] : by_broker) {
    auto make = [&](int16_t version) {
      auto request = request_for(resources, positions, wanted.names);
      request.include_synonyms = version >= 1;
      request.include_documentation = version >= 3 && wanted.documentation;
      return request;
    };
    CallOptions options;
    options.broker = broker;
    auto reply = cluster.call_by_version<msg::DescribeConfigsRequest>(make, options);
    take(*reply, positions, found);
  }
  add_settings_kept_aside(cluster, found);
  return found;
}

std::vector<ResourceConfigs> describe_configs_everywhere(
    Cluster& cluster, const std::vector<ConfigResource>& resources,
    const std::vector<std::string>& names) {
  std::vector<size_t> of_all;
  std::map<int32_t, std::vector<size_t>> by_broker;
  std::vector<ResourceConfigs> told;
  for (size_t i = 0; i < resources.size(); ++i) {
    if (resources[i].is_quota())
      for (auto& one : describe_quotas_everywhere(cluster, resources[i]))
        told.push_back(std::move(one));
    else if (auto broker = broker_of(cluster, resources[i]))
      by_broker[*broker].push_back(i);
    else
      of_all.push_back(i);
  }
  if (!of_all.empty())
    for (const auto& [broker, at] : cluster.metadata()->brokers)
      by_broker[broker].insert(by_broker[broker].end(), of_all.begin(), of_all.end());
  std::vector<std::pair<int32_t, msg::DescribeConfigsRequest>> requests;
  for (const auto& [broker, positions] : by_broker)
    requests.emplace_back(broker, request_for(resources, positions, names));
  for (const auto& answer : cluster.call_each(requests)) {
    if (!answer.reply) continue;
    std::vector<ResourceConfigs> found(resources.size());
    const auto& positions = by_broker[answer.broker_id];
    for (size_t position : positions) found[position].resource = resources[position];
    take(answer.reply->message, positions, found);
    for (size_t position : positions) told.push_back(std::move(found[position]));
  }
  return told;
}

std::vector<std::pair<std::string, std::string>> rewritten_configs(
    const ResourceConfigs& now, const std::vector<ConfigChange>& changes) {
  std::map<std::string, std::string> all;
  std::map<std::string, std::string> effective;
  for (const auto& entry : now.entries) {
    effective[entry.name] = entry.value.value_or("");
    if (!entry.is_override) continue;
    bool changed = std::any_of(changes.begin(), changes.end(),
                               [&](const auto& change) { return change.name == entry.name; });
    if (!entry.value && !changed)
      throw Error(now.resource.text() + " has \"" + entry.name +
                      "\", whose value brokers do not tell: this release would lose it",
                  Exit::failed,
                  "give " + entry.name + " along with the change" +
                      (is_untold_rate(entry) ? ", or name ZooKeeper (-z), which tells it" : ""));
    all[entry.name] = entry.value.value_or("");
  }
  for (const auto& change : changes) {
    if (change.operation == ConfigOperation::set)
      all[change.name] = change.value;
    else if (change.operation == ConfigOperation::remove)
      all.erase(change.name);
    else
      all[change.name] = list_changed(effective[change.name], change);
  }
  return {all.begin(), all.end()};
}

ConfigOutcome alter_configs(Cluster& cluster, const ConfigResource& resource,
                            const std::vector<ConfigChange>& changes, bool validate_only) {
  if (config_way(cluster, resource, true) == ConfigWay::zookeeper)
    return alter_configs_in_zookeeper(cluster, resource, changes, validate_only);
  if (resource.is_quota()) return {alter_quotas(cluster, resource, changes, validate_only)};
  using Request = msg::IncrementalAlterConfigsRequest;
  if (!cluster.apis_of_any().best(Request::api()))
    return rewrite(cluster, resource, changes, validate_only);
  Request request;
  request.validate_only = validate_only;
  auto& asked = request.resources.emplace_back();
  asked.resource_type = static_cast<int8_t>(resource.scope);
  asked.resource_name = resource.name;
  for (const auto& change : changes) {
    auto& config = asked.configs.emplace_back();
    config.name = change.name;
    config.config_operation = static_cast<int8_t>(change.operation);
    if (change.operation == ConfigOperation::remove)
      config.value.reset();
    else
      config.value = change.value;
  }
  CallOptions options;
  options.broker = broker_of(cluster, resource);
  return outcome_of(resource, cluster.call(request, options), false);
}

}  // namespace kt
