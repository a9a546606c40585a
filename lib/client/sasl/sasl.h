// Who we are, by one of SASL's mechanisms: each makes tokens from what the broker sends.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace kt {

class SaslClient {
 public:
  virtual ~SaslClient() = default;
  /// The token that begins the exchange; may be empty.
  virtual std::string first() = 0;
  /// The token that answers the broker's. Throws Error where that cannot be.
  virtual std::string answer(std::string_view challenge) = 0;
  /// Whether the broker has nothing more to say that matters.
  virtual bool is_done() const = 0;
  /// Whether the broker answers the last token also where tokens are bare frames (before 1.0).
  virtual bool last_is_answered() const { return true; }
};

/// A new exchange with the broker at that host.
using SaslBegin =
    std::function<std::unique_ptr<SaslClient>(const std::string& host, Deadline deadline)>;

struct SaslOptions {
  std::string mechanism;  ///< SCRAM-SHA-256
  std::string who;        ///< for messages: `user "alice"`
  SaslBegin begin;
  std::string principal{};  ///< what brokers take us for, `User:alice`; empty: not known
  std::string warning{};    ///< of what is unwise in saying it like that; empty: nothing
};

std::unique_ptr<SaslClient> plain_client(const std::string& user, const std::string& password);

/// `mechanism` is SCRAM-SHA-256 or SCRAM-SHA-512; a delegation token's id and HMAC are user and
/// password with `is_token`. `nonce` is of printable characters without a comma.
std::unique_ptr<SaslClient> scram_client(const std::string& mechanism, const std::string& user,
                                         const std::string& password, bool is_token,
                                         const std::string& nonce);

/// OAUTHBEARER with that token, and what else is to be told as key and value.
std::unique_ptr<SaslClient> bearer_client(const std::string& token,
                                          const std::map<std::string, std::string>& extensions);

}  // namespace kt
