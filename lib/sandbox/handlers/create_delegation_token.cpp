// Makes a token for the client, or for whom it names.
#include "protocol/msg/create_delegation_token.h"

#include "sandbox/handlers/delegation_tokens.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

ErrorCode check(const Call& call, const msg::CreateDelegationTokenRequest& request) {
  if (auto refused = check_tokens(call); refused != ErrorCode::none) return refused;
  bool users = std::ranges::all_of(
      request.renewers, [](const auto& renewer) { return renewer.principal_type == "User"; });
  return users ? ErrorCode::none : ErrorCode::invalid_principal_type;
}

DelegationToken make_token(const Call& call, const msg::CreateDelegationTokenRequest& request,
                           const Principal& owner) {
  Cluster& cluster = call.cluster;
  int64_t now_ms = cluster.now_ms();
  int64_t lifetime_ms = cluster.number_setting("delegation.token.max.lifetime.ms");
  if (request.max_lifetime_ms > 0) lifetime_ms = std::min(lifetime_ms, request.max_lifetime_ms);
  DelegationToken token{.id = cluster.new_uuid(),
                        .owner = owner,
                        .requester = client_of(call),
                        .issued_ms = now_ms,
                        .latest_expiry_ms = now_ms + lifetime_ms};
  for (const auto& renewer : request.renewers)
    token.renewers.emplace_back(renewer.principal_type, renewer.principal_name);
  set_expiry(call, token, now_ms, cluster.number_setting("delegation.token.expiry.time.ms"));
  return token;
}

msg::CreateDelegationTokenResponse handle(Call& call,
                                          const msg::CreateDelegationTokenRequest& request) {
  msg::CreateDelegationTokenResponse response;
  Principal owner = client_of(call);
  if (request.owner_principal_name && !request.owner_principal_name->empty())
    owner = {request.owner_principal_type.value_or(""), *request.owner_principal_name};
  std::tie(response.principal_type, response.principal_name) = owner;
  if (call.version >= kFirstWithRequester)
    std::tie(response.token_requester_principal_type, response.token_requester_principal_name) =
        client_of(call);
  response.issue_timestamp_ms = response.expiry_timestamp_ms = response.max_timestamp_ms = -1;
  response.error_code = number(check(call, request));
  if (response.error_code != number(ErrorCode::none)) return response;
  constexpr int kUuidsPerHmac = 3;
  std::string hmac;
  for (int i = 0; i < kUuidsPerHmac; ++i) hmac += call.cluster.new_uuid();
  DelegationToken token = make_token(call, request, owner);
  response.issue_timestamp_ms = token.issued_ms;
  response.expiry_timestamp_ms = token.expires_ms;
  response.max_timestamp_ms = token.latest_expiry_ms;
  response.token_id = token.id;
  response.hmac = hmac;
  call.cluster.security().tokens[hmac] = std::move(token);
  return response;
}

}  // namespace

Handler create_delegation_token_handler() {
  return immediate<msg::CreateDelegationTokenRequest, handle>();
}

}  // namespace kt::sandbox
