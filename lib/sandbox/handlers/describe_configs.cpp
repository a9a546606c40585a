// The settings of topics, brokers, loggers, client metrics and groups, with where each value comes
// from.
#include "protocol/msg/describe_configs.h"

#include <algorithm>

#include "sandbox/handlers/config_resource.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

using Result = msg::DescribeConfigsResponse::Result;

Result::Config describe(const Call& call, const ConfigResource& resource,
                        const ConfigDefinition& definition, bool with_synonyms) {
  auto values = resource.values(definition);
  Result::Config config;
  config.name = definition.name;
  config.is_sensitive = definition.type == ConfigType::password;
  config.value = config.is_sensitive ? std::nullopt : values.front().value;
  config.read_only = resource.is_read_only(definition);
  if (call.version == 0)
    config.is_default = values.front().source == kDefaultSource;
  else
    config.config_source = values.front().source;
  config.config_type = static_cast<int8_t>(definition.type);
  config.documentation.reset();
  if (with_synonyms)
    for (const auto& value : values)
      config.synonyms.push_back({.name = value.name, .value = value.value, .source = value.source});
  return config;
}

Result describe(const Call& call, const msg::DescribeConfigsRequest::Resource& asked,
                bool with_synonyms) {
  Result result;
  result.resource_type = asked.resource_type;
  result.resource_name = asked.resource_name;
  result.error_message.reset();
  ConfigResource resource(call, asked.resource_type, asked.resource_name);
  if (!resource.status().ok()) {
    result.error_code = number(resource.status().code);
    result.error_message = resource.status().message;
    return result;
  }
  // The default of all brokers has no value of its own but what was set.
  bool only_what_was_set = asked.resource_type == kBrokerResource && asked.resource_name.empty();
  for (const ConfigDefinition& definition : resource.definitions()) {
    if (asked.configuration_keys &&
        std::ranges::count(*asked.configuration_keys, definition.name) == 0)
      continue;
    if (only_what_was_set && !resource.own().contains(definition.name)) continue;
    result.configs.push_back(describe(call, resource, definition, with_synonyms));
  }
  return result;
}

msg::DescribeConfigsResponse handle(Call& call, const msg::DescribeConfigsRequest& request) {
  msg::DescribeConfigsResponse response;
  for (const auto& asked : request.resources)
    response.results.push_back(describe(call, asked, request.include_synonyms));
  return response;
}

}  // namespace

Handler describe_configs_handler() { return immediate<msg::DescribeConfigsRequest, handle>(); }

}  // namespace kt::sandbox
