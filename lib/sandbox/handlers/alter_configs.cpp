// Replaces all settings of a resource: what is not named goes back to its default.
#include "protocol/msg/alter_configs.h"

#include "sandbox/handlers/config_resource.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

Status alter(const Call& call, const msg::AlterConfigsRequest::Resource& asked,
             bool validate_only) {
  ConfigResource resource(call, asked.resource_type, asked.resource_name);
  if (!resource.status().ok()) return resource.status();
  std::map<std::string, std::string> configs;
  for (const auto& config : asked.configs) {
    if (auto checked = resource.check(config.name, config.value); !checked.ok()) return checked;
    if (!config.value)
      return {ErrorCode::invalid_request, "Null value not supported for : " + config.name};
    configs[config.name] = *config.value;
  }
  if (!validate_only) resource.own() = std::move(configs);
  return {};
}

}  // namespace

Handler alter_configs_handler() {
  return immediate<msg::AlterConfigsRequest, alter_resources<msg::AlterConfigsRequest, alter>>();
}

}  // namespace kt::sandbox
