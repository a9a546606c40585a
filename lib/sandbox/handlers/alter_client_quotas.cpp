// Sets and removes quotas of users, client ids and addresses.
#include "protocol/msg/alter_client_quotas.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"
#include "sandbox/security.h"

namespace kt::sandbox {
namespace {

constexpr std::array<std::string_view, 3> kEntityTypes = {"user", "client-id", "ip"};
constexpr std::array<std::string_view, 5> kQuotas = {
    "producer_byte_rate", "consumer_byte_rate", "request_percentage", "controller_mutation_rate",
    "connection_creation_rate"};

Status alter(Call& call, const msg::AlterClientQuotasRequest::Entry& entry, bool validate_only) {
  QuotaEntity entity;
  for (const auto& part : entry.entity) {
    if (std::ranges::count(kEntityTypes, part.entity_type) == 0)
      return {ErrorCode::invalid_request,
              "Unhandled client quota entity type: " + part.entity_type};
    entity[part.entity_type] = part.entity_name;
  }
  if (entity.empty()) return {ErrorCode::invalid_request, "Invalid empty client quota entity."};
  auto quotas = call.cluster.security().quotas[entity];
  for (const auto& change : entry.ops) {
    if (std::ranges::count(kQuotas, change.key) == 0)
      return {ErrorCode::invalid_request, "Invalid configuration key " + change.key};
    if (!change.remove && change.value <= 0)
      return {ErrorCode::invalid_request, "Quota " + change.key + " must be greater than 0"};
    if (change.remove)
      quotas.erase(change.key);
    else
      quotas[change.key] = change.value;
  }
  if (!validate_only) call.cluster.security().quotas[entity] = std::move(quotas);
  return {};
}

msg::AlterClientQuotasResponse handle(Call& call, const msg::AlterClientQuotasRequest& request) {
  msg::AlterClientQuotasResponse response;
  for (const auto& entry : request.entries) {
    Status status = call.injected_error == 0
                        ? alter(call, entry, request.validate_only)
                        : Status{static_cast<ErrorCode>(call.injected_error), {}};
    auto& answer = response.entries.emplace_back();
    answer.error_code = number(status.code);
    answer.error_message = status.message;
    if (status.ok()) answer.error_message.reset();
    for (const auto& part : entry.entity) {
      auto& echoed = answer.entity.emplace_back();
      echoed.entity_type = part.entity_type;
      echoed.entity_name = part.entity_name;
    }
  }
  call.cluster.save_soon();
  return response;
}

}  // namespace

Handler alter_client_quotas_handler() { return immediate<msg::AlterClientQuotasRequest, handle>(); }

}  // namespace kt::sandbox
