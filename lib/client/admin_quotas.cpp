#include "client/admin_quotas.h"

#include <algorithm>
#include <charconv>

#include "client/zookeeper_configs.h"
#include "protocol/errors.h"
#include "protocol/msg/alter_client_quotas.h"
#include "protocol/msg/describe_client_quotas.h"

namespace kt {

namespace {

/// What has the quotas, as types and names; no name is the default.
std::vector<std::pair<std::string, std::optional<std::string>>> parts_of(
    const ConfigResource& resource) {
  auto named = [](const std::string& name) {
    return name.empty() ? std::nullopt : std::optional(name);
  };
  switch (resource.scope) {
    case ConfigScope::user:
      return {{"user", named(resource.name)}};
    case ConfigScope::user_client:
      return {{"user", named(resource.name)}, {"client-id", named(resource.client_id)}};
    case ConfigScope::client:
      return {{"client-id", named(resource.name)}};
    default:
      return {{"ip", named(resource.name)}};
  }
}

std::string text_of(double value) {
  char digits[400];  // of the largest double too
  auto end = std::to_chars(digits, digits + sizeof digits, value, std::chars_format::fixed).ptr;
  return {digits, end};
}

double number_of(const ConfigChange& change) {
  double value = 0;
  auto end = change.value.data() + change.value.size();
  auto [rest, error] = std::from_chars(change.value.data(), end, value);
  if (error != std::errc() || rest != end)
    throw Error(change.name + "=" + change.value + ": a quota is a number", Exit::usage);
  return value;
}

using Entry = msg::DescribeClientQuotasResponse::Entry;

ConfigResource resource_of(const Entry& entry) {
  std::optional<std::string> user, client, address;
  for (const auto& part : entry.entity) {
    auto& name = part.entity_type == "user"        ? user
                 : part.entity_type == "client-id" ? client
                                                   : address;
    name = part.entity_name.value_or("");
  }
  if (user && client) return {ConfigScope::user_client, *user, *client};
  if (user) return {ConfigScope::user, *user};
  if (client) return {ConfigScope::client, *client};
  return {ConfigScope::address, address.value_or("")};
}

void take(const Entry& entry, ResourceConfigs& configs) {
  for (const auto& value : entry.values) {
    auto& taken = configs.entries.emplace_back();
    taken.name = value.key;
    taken.value = text_of(value.value);
    taken.source = "CLIENT_QUOTA";
    taken.is_override = true;
    taken.type = "double";
  }
  std::sort(configs.entries.begin(), configs.entries.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
}

msg::DescribeClientQuotasRequest request_for(const ConfigResource& resource) {
  msg::DescribeClientQuotasRequest request;
  for (const auto& [type, name] : parts_of(resource)) {
    auto& component = request.components.emplace_back();
    component.entity_type = type;
    component.match_type = name ? 0 : 1;
    component.match = name;
  }
  request.strict = true;
  return request;
}

ResourceConfigs quotas_of(const ConfigResource& resource,
                          const msg::DescribeClientQuotasResponse& response) {
  ResourceConfigs configs;
  configs.resource = resource;
  configs.error_code = response.error_code;
  configs.message = response.error_message.value_or("");
  if (!response.entries) return configs;
  for (const auto& entry : *response.entries) take(entry, configs);
  return configs;
}

}  // namespace

ResourceConfigs describe_quotas(Cluster& cluster, const ConfigResource& resource) {
  return quotas_of(resource, *cluster.call(request_for(resource)));
}

std::vector<ResourceConfigs> describe_quotas_everywhere(Cluster& cluster,
                                                        const ConfigResource& resource) {
  std::vector<ResourceConfigs> told;
  for (const auto& answer : cluster.call_all_brokers(request_for(resource)))
    if (answer.reply) told.push_back(quotas_of(resource, answer.reply->message));
  return told;
}

std::vector<ResourceConfigs> describe_all_quotas(Cluster& cluster) {
  // Those of client ids came first.
  if (config_way(cluster, {ConfigScope::client, "-"}, false) == ConfigWay::zookeeper)
    return describe_all_quotas_in_zookeeper(cluster);
  auto reply = cluster.call(msg::DescribeClientQuotasRequest{});
  if (reply->error_code != 0)
    throw Error("the quotas are not told: " +
                error_text(reply->error_code, reply->error_message.value_or("")));
  std::vector<ResourceConfigs> found;
  if (!reply->entries) return found;
  for (const auto& entry : *reply->entries) {
    auto& configs = found.emplace_back();
    configs.resource = resource_of(entry);
    take(entry, configs);
  }
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.resource.text() < b.resource.text(); });
  return found;
}

Outcome alter_quotas(Cluster& cluster, const ConfigResource& resource,
                     const std::vector<ConfigChange>& changes, bool validate_only) {
  msg::AlterClientQuotasRequest request;
  request.validate_only = validate_only;
  auto& entry = request.entries.emplace_back();
  for (const auto& [type, name] : parts_of(resource)) {
    auto& entity = entry.entity.emplace_back();
    entity.entity_type = type;
    entity.entity_name = name;
  }
  for (const auto& change : changes) {
    if (change.operation == ConfigOperation::append ||
        change.operation == ConfigOperation::subtract)
      throw Error(change.name + " is a number, not a list", Exit::usage);
    auto& operation = entry.ops.emplace_back();
    operation.key = change.name;
    operation.remove = change.operation == ConfigOperation::remove;
    if (!operation.remove) operation.value = number_of(change);
  }
  auto reply = cluster.call(request);
  Outcome outcome{resource.text(), 0, ""};
  if (reply->entries.empty()) return outcome;
  outcome.error_code = reply->entries.front().error_code;
  outcome.message = reply->entries.front().error_message.value_or("");
  return outcome;
}

}  // namespace kt
