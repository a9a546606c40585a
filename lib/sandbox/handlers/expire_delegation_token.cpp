// Sets when a token expires; a negative period deletes it.
#include "protocol/msg/expire_delegation_token.h"

#include "sandbox/handlers/delegation_tokens.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

msg::ExpireDelegationTokenResponse handle(Call& call,
                                          const msg::ExpireDelegationTokenRequest& request) {
  msg::ExpireDelegationTokenResponse response;
  int64_t now_ms = call.cluster.now_ms();
  std::string hmac(request.hmac);
  auto [token, error] = find_token(call, hmac);
  bool at_once = request.expiry_time_period_ms < 0;
  if (token && !at_once && token->is_expired(now_ms)) error = ErrorCode::delegation_token_expired;
  response.error_code = number(error);
  if (error == ErrorCode::delegation_token_request_not_allowed) response.expiry_timestamp_ms = -1;
  if (error != ErrorCode::none) return response;
  if (at_once) {
    response.expiry_timestamp_ms = now_ms;
    call.cluster.security().tokens.erase(hmac);
    call.cluster.save_soon();
    return response;
  }
  set_expiry(call, *token, now_ms, request.expiry_time_period_ms);
  response.expiry_timestamp_ms = token->expires_ms;
  return response;
}

}  // namespace

Handler expire_delegation_token_handler() {
  return immediate<msg::ExpireDelegationTokenRequest, handle>();
}

}  // namespace kt::sandbox
