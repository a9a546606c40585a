// The broker's side of SASL: one connection's way from a mechanism agreed on to a user known.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kt::sandbox {

/// Names and passwords of those that the sandbox knows; empty: it asks nobody.
using Users = std::map<std::string, std::string>;

class SaslSession {
 public:
  static const std::vector<std::string>& mechanisms();

  enum class State { going_on, accepted, refused };

  /// `bare`: tokens come as frames without headers, as after SaslHandshake v0.
  SaslSession(const Users& users, std::string mechanism, bool bare)
      : users_(users), mechanism_(std::move(mechanism)), bare_(bare) {}

  /// Takes the client's token and returns what answers it.
  std::string step(std::string_view token);

  State state() const { return state_; }
  bool takes_bare_tokens() const { return bare_ && state_ == State::going_on; }
  const std::string& mechanism() const { return mechanism_; }
  const std::string& user() const { return user_; }
  /// By the loop's clock, the end of what was accepted; 0: none.
  int64_t until_ms = 0;

 private:
  std::string plain(std::string_view token);
  std::string scram_first(std::string_view token);
  std::string scram_final(std::string_view token);

  const Users& users_;
  std::string mechanism_, user_;
  bool bare_;
  State state_ = State::going_on;
  std::string salt_, first_messages_, nonce_;
};

}  // namespace kt::sandbox
