// Puts off the expiry of a token.
#include "protocol/msg/renew_delegation_token.h"

#include "sandbox/handlers/delegation_tokens.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

msg::RenewDelegationTokenResponse handle(Call& call,
                                         const msg::RenewDelegationTokenRequest& request) {
  msg::RenewDelegationTokenResponse response;
  auto [token, error] = find_token(call, std::string(request.hmac));
  if (token && token->is_expired(call.cluster.now_ms()))
    error = ErrorCode::delegation_token_expired;
  response.error_code = number(error);
  if (error == ErrorCode::delegation_token_request_not_allowed) response.expiry_timestamp_ms = -1;
  if (error != ErrorCode::none) return response;
  int64_t period_ms = call.cluster.number_setting("delegation.token.expiry.time.ms");
  if (request.renew_period_ms >= 0) period_ms = std::min(period_ms, request.renew_period_ms);
  set_expiry(call, *token, call.cluster.now_ms(), period_ms);
  response.expiry_timestamp_ms = token->expires_ms;
  return response;
}

}  // namespace

Handler renew_delegation_token_handler() {
  return immediate<msg::RenewDelegationTokenRequest, handle>();
}

}  // namespace kt::sandbox
