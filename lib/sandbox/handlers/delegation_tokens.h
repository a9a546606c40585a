// What the handlers of delegation tokens share. Kafka hands none out on plain text, where it knows
// nobody; the sandbox, which has nothing else, does so where delegation.token.secret.key is set.
// All its clients are User:ANONYMOUS. HMACs are random, since nobody logs in with one.
#pragma once

#include <algorithm>

#include "sandbox/handlers/common.h"
#include "sandbox/security.h"

namespace kt::sandbox {

/// Type and name of who asks.
inline Principal client_of(const Call& call) {
  auto principal = principal_of(call);
  auto colon = principal.find(':');
  return {principal.substr(0, colon), principal.substr(colon + 1)};
}

/// From here on answers tell who asked for a token, who may not be its owner.
constexpr int16_t kFirstWithRequester = 3;

/// None where this cluster has tokens.
inline ErrorCode check_tokens(const Call& call) {
  bool enabled = call.cluster.options().configs.contains("delegation.token.secret.key");
  return enabled ? ErrorCode::none : ErrorCode::delegation_token_request_not_allowed;
}

/// The token with this HMAC that the client may renew and expire, or the reason why not.
struct FoundToken {
  DelegationToken* token = nullptr;
  ErrorCode error = ErrorCode::none;
};
inline FoundToken find_token(const Call& call, const std::string& hmac) {
  if (auto refused = check_tokens(call); refused != ErrorCode::none) return {nullptr, refused};
  auto& tokens = call.cluster.security().tokens;
  auto found = tokens.find(hmac);
  if (found == tokens.end()) return {nullptr, ErrorCode::delegation_token_not_found};
  if (!found->second.may_be_renewed_by(client_of(call)))
    return {nullptr, ErrorCode::delegation_token_owner_mismatch};
  return {&found->second, ErrorCode::none};
}

/// Lets a token expire `period_ms` after `now_ms`, no later than it may live.
inline void set_expiry(const Call& call, DelegationToken& token, int64_t now_ms,
                       int64_t period_ms) {
  int64_t left_ms = token.latest_expiry_ms - now_ms;
  token.expires_ms = now_ms + std::min(period_ms, left_ms);
  call.cluster.save_soon();
}

}  // namespace kt::sandbox
