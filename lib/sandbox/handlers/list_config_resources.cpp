// The names of things that have settings; v0 (ListClientMetricsResources) knows those of client
// metrics only.
#include "protocol/msg/list_config_resources.h"

#include <algorithm>

#include "sandbox/handlers/config_resource.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

msg::ListConfigResourcesResponse handle(Call& call,
                                        const msg::ListConfigResourcesRequest& request) {
  msg::ListConfigResourcesResponse response;
  auto add = [&](int8_t type, const std::string& name) {
    response.config_resources.push_back({.resource_name = name, .resource_type = type});
  };
  auto wanted = [&](int8_t type) {
    if (call.version == 0) return type == kClientMetricsResource;
    return request.resource_types.empty() || std::ranges::count(request.resource_types, type) > 0;
  };
  if (wanted(kTopicResource))
    for (const auto& [name, topic] : call.cluster.topics()) add(kTopicResource, name);
  for (const auto& broker : call.cluster.brokers()) {
    if (wanted(kBrokerResource)) add(kBrokerResource, std::to_string(broker->id()));
    if (wanted(kBrokerLoggerResource)) add(kBrokerLoggerResource, std::to_string(broker->id()));
  }
  for (const auto& [resource, configs] : call.cluster.all_resource_configs()) {
    bool named_by_configs =
        resource.first == kClientMetricsResource || resource.first == kGroupResource;
    if (named_by_configs && wanted(resource.first) && !configs.empty())
      add(resource.first, resource.second);
  }
  return response;
}

}  // namespace

Handler list_config_resources_handler() {
  return immediate<msg::ListConfigResourcesRequest, handle>();
}

}  // namespace kt::sandbox
