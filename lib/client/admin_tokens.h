// Delegation tokens (1.1): made for who asks or, from 3.3 on, for another principal, put off, let
// expire, and told. A token's HMAC is the password of who has it: it is in the answer of its
// creation, and what follows names tokens by their ids.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/admin_topics.h"
#include "client/cluster.h"

namespace kt {

struct DelegationToken {
  std::string id;
  std::string owner;      ///< `User:alice`
  std::string requester;  ///< who asked for it; as the owner before 3.3
  int64_t issued_ms = 0;
  int64_t expires_ms = 0;
  int64_t latest_expiry_ms = 0;  ///< later it is put off by nobody
  std::vector<std::string> renewers;
  std::string hmac;
};

struct TokenRequest {
  std::optional<std::string> owner;  ///< nothing: who asks
  std::vector<std::string> renewers;
  Milliseconds max_lifetime{-1};  ///< -1: as long as brokers allow
};

/// Throws where the brokers refuse.
DelegationToken create_token(Cluster& cluster, const TokenRequest& wanted);

/// The tokens of these owners, or all that may be seen, by id.
std::vector<DelegationToken> describe_tokens(Cluster& cluster,
                                             const std::vector<std::string>& owners);

/// An outcome named after the token, with the time it expires from now on.
struct TokenOutcome : Outcome {
  int64_t expires_ms = -1;
};
/// Lets it live for `period` from now; -1: for as long as brokers allow.
TokenOutcome renew_token(Cluster& cluster, const DelegationToken& token, Milliseconds period);
/// Lets it end in `period` from now; -1: at once.
TokenOutcome expire_token(Cluster& cluster, const DelegationToken& token, Milliseconds period);

}  // namespace kt
