// The endpoint of an authorization server that issues tokens for a client's id and secret (RFC
// 6749, 4.4).
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "net/tls/tls.h"

namespace kt {

struct TokenRequest {
  std::string url;  ///< `https://host:8443/token`
  std::string client_id, client_secret;
  std::string scope{};              ///< empty: what the server takes for that
  bool escape_credentials = false;  ///< as RFC 6749 has them; most servers want them as they are
  net::TlsOptions trust{};          ///< whom to trust besides those that the system trusts
};

struct IssuedToken {
  std::string text;
  Milliseconds lifetime{0};  ///< from now; 0 where nothing says how long
};

/// Of the answer's JSON. Throws Error with what is wrong with it.
IssuedToken parse_token_answer(std::string_view body, int64_t now_ms);

/// What an answer that is no token says: `invalid_client: "no such client"`; may be empty.
std::string token_refusal(std::string_view body);

/// One token for all connections, asked for again when most of its life is over. Any thread.
class TokenEndpoint {
 public:
  /// Throws a usage error where the URL is none.
  explicit TokenEndpoint(TokenRequest request, Clock& clock = Clock::system());

  /// Throws net::NetError: unauthenticated. A token that is good for a while is better than none.
  std::string token(Deadline deadline);

 private:
  IssuedToken ask(Deadline deadline) const;

  TokenRequest request_;
  std::string origin_, path_;
  Clock& clock_;
  std::mutex mutex_;
  std::string token_;
  Clock::Time renew_at_{}, expires_at_{};
};

}  // namespace kt
