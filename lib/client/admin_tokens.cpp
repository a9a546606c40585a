#include "client/admin_tokens.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "protocol/errors.h"
#include "protocol/msg/create_delegation_token.h"
#include "protocol/msg/describe_delegation_token.h"
#include "protocol/msg/expire_delegation_token.h"
#include "protocol/msg/renew_delegation_token.h"

namespace kt {
namespace {

/// Type and name of `User:alice`.
std::pair<std::string, std::string> parts_of(const std::string& principal) {
  auto colon = principal.find(':');
  return {principal.substr(0, colon), principal.substr(colon + 1)};
}

std::string principal_of(const std::string& type, const std::string& name) {
  return name.empty() ? "" : type + ":" + name;
}

template <class Request>
TokenOutcome set_expiry(Cluster& cluster, const DelegationToken& token, Milliseconds period,
                        int64_t Request::*period_ms) {
  Request request;
  request.hmac = token.hmac;
  request.*period_ms = period.count();
  auto reply = cluster.call(request);
  return {{token.id, reply->error_code, ""}, reply->expiry_timestamp_ms};
}

}  // namespace

DelegationToken create_token(Cluster& cluster, const TokenRequest& wanted) {
  msg::CreateDelegationTokenRequest request;
  if (wanted.owner) {
    auto [type, name] = parts_of(*wanted.owner);
    request.owner_principal_type = type;
    request.owner_principal_name = name;
  }
  for (const auto& renewer : wanted.renewers) {
    auto& one = request.renewers.emplace_back();
    std::tie(one.principal_type, one.principal_name) = parts_of(renewer);
  }
  request.max_lifetime_ms = wanted.max_lifetime.count();
  auto reply = cluster.call(request);
  if (reply->error_code != 0) throw Error("no token was made: " + error_text(reply->error_code));
  DelegationToken token;
  token.id = reply->token_id;
  token.owner = principal_of(reply->principal_type, reply->principal_name);
  token.requester =
      principal_of(reply->token_requester_principal_type, reply->token_requester_principal_name);
  if (token.requester.empty()) token.requester = token.owner;
  token.issued_ms = reply->issue_timestamp_ms;
  token.expires_ms = reply->expiry_timestamp_ms;
  token.latest_expiry_ms = reply->max_timestamp_ms;
  token.renewers = wanted.renewers;
  token.hmac = reply->hmac;
  return token;
}

std::vector<DelegationToken> describe_tokens(Cluster& cluster,
                                             const std::vector<std::string>& owners) {
  msg::DescribeDelegationTokenRequest request;
  request.owners.reset();
  for (const auto& owner : owners) {
    if (!request.owners) request.owners.emplace();
    auto& one = request.owners->emplace_back();
    std::tie(one.principal_type, one.principal_name) = parts_of(owner);
  }
  auto reply = cluster.call(request);
  if (reply->error_code != 0)
    throw Error("the tokens are not told: " + error_text(reply->error_code));
  std::vector<DelegationToken> found;
  for (const auto& told : reply->tokens) {
    auto& token = found.emplace_back();
    token.id = told.token_id;
    token.owner = principal_of(told.principal_type, told.principal_name);
    token.requester =
        principal_of(told.token_requester_principal_type, told.token_requester_principal_name);
    if (token.requester.empty()) token.requester = token.owner;
    token.issued_ms = told.issue_timestamp;
    token.expires_ms = told.expiry_timestamp;
    token.latest_expiry_ms = told.max_timestamp;
    for (const auto& renewer : told.renewers)
      token.renewers.push_back(principal_of(renewer.principal_type, renewer.principal_name));
    token.hmac = told.hmac;
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return found;
}

TokenOutcome renew_token(Cluster& cluster, const DelegationToken& token, Milliseconds period) {
  return set_expiry(cluster, token, period, &msg::RenewDelegationTokenRequest::renew_period_ms);
}

TokenOutcome expire_token(Cluster& cluster, const DelegationToken& token, Milliseconds period) {
  return set_expiry(cluster, token, period,
                    &msg::ExpireDelegationTokenRequest::expiry_time_period_ms);
}

}  // namespace kt
