// Sets, unsets, and adds to or takes from lists; what is not named stays.
#include "protocol/msg/incremental_alter_configs.h"

#include <algorithm>

#include "sandbox/handlers/config_resource.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

enum Operation : int8_t { kSet = 0, kDelete = 1, kAppend = 2, kSubtract = 3 };
using Asked = msg::IncrementalAlterConfigsRequest::Resource;

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> items;
  for (size_t start = 0; start < text.size();) {
    auto end = std::min(text.find(',', start), text.size());
    if (end > start) items.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return items;
}

std::string join(const std::vector<std::string>& items) {
  std::string text;
  for (const auto& item : items) text += (text.empty() ? "" : ",") + item;
  return text;
}

/// The list after adding or taking away the items of `change`.
std::string changed_list(const std::string& current, int8_t operation, const std::string& change) {
  auto items = split(current);
  for (const auto& item : split(change)) {
    if (operation == kSubtract)
      std::erase(items, item);
    else if (std::ranges::count(items, item) == 0)
      items.push_back(item);
  }
  return join(items);
}

Status apply(const ConfigResource& resource, const Asked::Config& change,
             std::map<std::string, std::string>& configs) {
  if (change.config_operation == kDelete) {
    if (auto checked = resource.check(change.name, std::nullopt); !checked.ok()) return checked;
    configs.erase(change.name);
    return {};
  }
  if (!change.value)
    return {ErrorCode::invalid_request, "Null value not supported for : " + change.name};
  std::string value = *change.value;
  if (change.config_operation == kAppend || change.config_operation == kSubtract) {
    const ConfigDefinition* definition = resource.find(change.name);
    if (!definition || definition->type != ConfigType::list)
      return {ErrorCode::invalid_config,
              "Can't append to or subtract from a config that is no list: " + change.name};
    auto current = resource.values(*definition).front().value.value_or("");
    value = changed_list(current, change.config_operation, value);
  } else if (change.config_operation != kSet) {
    return {ErrorCode::invalid_request,
            "Unknown operation type " + std::to_string(change.config_operation)};
  }
  if (auto checked = resource.check(change.name, value); !checked.ok()) return checked;
  configs[change.name] = value;
  return {};
}

Status alter(const Call& call, const Asked& asked, bool validate_only) {
  ConfigResource resource(call, asked.resource_type, asked.resource_name);
  if (!resource.status().ok()) return resource.status();
  auto configs = resource.own();
  for (const auto& change : asked.configs)
    if (auto applied = apply(resource, change, configs); !applied.ok()) return applied;
  if (!validate_only) resource.own() = std::move(configs);
  return {};
}

}  // namespace

Handler incremental_alter_configs_handler() {
  return immediate<msg::IncrementalAlterConfigsRequest,
                   alter_resources<msg::IncrementalAlterConfigsRequest, alter>>();
}

}  // namespace kt::sandbox
