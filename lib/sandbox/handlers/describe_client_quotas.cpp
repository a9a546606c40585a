// The quotas of the entities that a filter asks for.
#include "protocol/msg/describe_client_quotas.h"

#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"
#include "sandbox/security.h"

namespace kt::sandbox {
namespace {

enum Match : int8_t { kExact = 0, kDefault = 1, kAnyOfType = 2 };

bool matches(const msg::DescribeClientQuotasRequest& request, const QuotaEntity& entity) {
  for (const auto& component : request.components) {
    auto part = entity.find(component.entity_type);
    if (part == entity.end()) return false;
    if (component.match_type == kExact && part->second != component.match) return false;
    if (component.match_type == kDefault && part->second) return false;
  }
  return !request.strict || entity.size() == request.components.size();
}

msg::DescribeClientQuotasResponse handle(Call& call,
                                         const msg::DescribeClientQuotasRequest& request) {
  msg::DescribeClientQuotasResponse response;
  response.error_message.reset();
  response.entries.emplace();
  for (const auto& [entity, values] : call.cluster.security().quotas) {
    if (!matches(request, entity) || values.empty()) continue;
    auto& entry = response.entries->emplace_back();
    for (const auto& [type, name] : entity) {
      auto& part = entry.entity.emplace_back();
      part.entity_type = type;
      part.entity_name = name;
    }
    for (const auto& [key, value] : values) {
      auto& one = entry.values.emplace_back();
      one.key = key;
      one.value = value;
    }
  }
  return response;
}

}  // namespace

Handler describe_client_quotas_handler() {
  return immediate<msg::DescribeClientQuotasRequest, handle>();
}

}  // namespace kt::sandbox
