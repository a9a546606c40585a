// The tokens of some owners, or of all.
#include "protocol/msg/describe_delegation_token.h"

#include "sandbox/handlers/delegation_tokens.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

bool is_asked(const msg::DescribeDelegationTokenRequest& request, const Principal& owner) {
  if (!request.owners) return true;
  return std::ranges::any_of(*request.owners, [&](const auto& asked) {
    return asked.principal_type == owner.first && asked.principal_name == owner.second;
  });
}

msg::DescribeDelegationTokenResponse handle(Call& call,
                                            const msg::DescribeDelegationTokenRequest& request) {
  msg::DescribeDelegationTokenResponse response;
  auto refused = check_tokens(call);
  response.error_code = number(refused);
  if (refused != ErrorCode::none) return response;
  for (const auto& [hmac, token] : call.cluster.security().tokens) {
    if (!is_asked(request, token.owner)) continue;
    bool own = token.may_be_renewed_by(client_of(call)) || token.requester == client_of(call);
    if (!own && !may(call, AclOperation::describe, AclResource::delegation_token, token.id))
      continue;
    auto& told = response.tokens.emplace_back();
    std::tie(told.principal_type, told.principal_name) = token.owner;
    if (call.version >= kFirstWithRequester)
      std::tie(told.token_requester_principal_type, told.token_requester_principal_name) =
          token.requester;
    told.issue_timestamp = token.issued_ms;
    told.expiry_timestamp = token.expires_ms;
    told.max_timestamp = token.latest_expiry_ms;
    told.token_id = token.id;
    told.hmac = hmac;
    for (const auto& [type, name] : token.renewers)
      told.renewers.push_back({.principal_type = type, .principal_name = name});
  }
  return response;
}

}  // namespace

Handler describe_delegation_token_handler() {
  return immediate<msg::DescribeDelegationTokenRequest, handle>();
}

}  // namespace kt::sandbox
