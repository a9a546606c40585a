// Saying who we are: a mechanism is agreed on by SaslHandshake, then tokens go there and back, in
// SaslAuthenticate from 1.0 on, as bare frames before. A broker may set a term (KIP-368), before
// whose end the same is done again on the open connection.
#include <fmt/format.h>

#include "base/text.h"
#include "client/connection.h"
#include "client/dial.h"
#include "client/sasl/sasl.h"
#include "net/error.h"
#include "net/frame.h"
#include "protocol/errors.h"
#include "protocol/msg/sasl_authenticate.h"
#include "protocol/msg/sasl_handshake.h"

namespace kt {
namespace {

/// Of the term that a broker sets, what we let pass: answers in flight must come in before its end.
constexpr int64_t kTermPercent = 80;
constexpr Milliseconds kProbe{2'000};

net::NetError refuse(const std::string& message, const std::string& hint = {}) {
  return {net::Failure::unauthenticated, message, hint};
}

/// The broker answered that it takes the mechanism, or the sentence why not.
void check_handshake(const msg::SaslHandshakeResponse& response, const std::string& mechanism,
                     const std::string& peer) {
  if (response.error_code == 0) return;
  if (response.error_code == static_cast<int16_t>(ErrorCode::unsupported_sasl_mechanism))
    throw refuse(
        fmt::format("{} takes no {} to say who we are, but {}", peer, in_quotes(mechanism),
                    join(response.mechanisms, ", ")),
        "sasl.mechanism=" + (response.mechanisms.empty() ? "" : response.mechanisms.front()));
  if (response.error_code == static_cast<int16_t>(ErrorCode::illegal_sasl_state))
    throw refuse(peer + " has no SASL on this port",
                 "security.protocol=PLAINTEXT or SSL, or the port of a SASL listener");
  throw refuse(fmt::format("{} refuses SASL: {}", peer, error_name(response.error_code)));
}

}  // namespace

ResponseFrame Connection::ask(const AnyRequest& request, int16_t version, Deadline deadline) {
  auto sent_at = Clock::system().now();
  int32_t correlation_id = write(request, version, deadline);
  in_flight_.push_back(
      {request.api, version, correlation_id, written_bytes_, net::kMaxFrameBytes, sent_at});
  return read(deadline, {});
}

void Connection::authenticate(Deadline deadline) {
  if (!options_->sasl) return;
  const auto& sasl = *options_->sasl;
  const auto& peer = transport_->peer();
  const Api& carrier = msg::SaslAuthenticateRequest::api();
  auto carrier_version = apis_.best(carrier);
  // v0 says that bare frames follow, v1 that SaslAuthenticate does.
  int16_t highest = carrier_version ? 1 : 0;
  int16_t version = version_for(msg::SaslHandshakeRequest::api(), 0, highest);
  try {
    msg::SaslHandshakeRequest handshake;
    handshake.mechanism = sasl.mechanism;
    check_handshake(
        decode_reply<msg::SaslHandshakeResponse>(ask(any_request(handshake), version, deadline))
            .message,
        sasl.mechanism, peer);
    auto client = sasl.begin(address_.host, deadline);
    int64_t term_ms = 0;
    auto exchange = [&](std::string token) -> std::string {
      if (version == 0) {
        std::string_view piece = token;
        net::write_frame(*transport_, {&piece, 1}, deadline);
        if (client->is_done() && !client->last_is_answered()) return {};
        Buffer answer;
        net::read_frame(*transport_, answer, deadline, net::kMaxTokenBytes, 0);
        return std::string(answer.view());
      }
      msg::SaslAuthenticateRequest request;
      request.auth_bytes = std::move(token);
      auto reply = decode_reply<msg::SaslAuthenticateResponse>(
          ask(any_request(request), *carrier_version, deadline));
      if (reply->error_code != 0)
        throw refuse(fmt::format("{} does not accept {} by {}: {}", peer, sasl.who, sasl.mechanism,
                                 reply->error_message.value_or(error_name(reply->error_code))));
      term_ms = reply->session_lifetime_ms;
      return std::move(reply.message.auth_bytes);
    };
    auto challenge = exchange(client->first());
    while (!client->is_done()) {
      auto token = client->answer(challenge);
      if (client->is_done() && token.empty()) break;
      challenge = exchange(std::move(token));
    }
    authenticate_at_ = term_ms > 0
                           ? Clock::system().now() + Milliseconds(term_ms / 100 * kTermPercent)
                           : Clock::Time::max();
  } catch (const net::NetError& error) {
    if (error.failure() != net::Failure::closed) throw;
    throw refuse(fmt::format("{} does not accept {} by {}: it ended the connection", peer, sasl.who,
                             sasl.mechanism),
                 version == 0 ? "a broker before 1.0 does so for a wrong password" : "");
  } catch (const Error& error) {
    throw refuse(fmt::format("{} does not accept {} by {}: {}", peer, sasl.who, sasl.mechanism,
                             error.message()),
                 error.hint());
  }
}

void Connection::authenticate_again(Deadline deadline) {
  if (Clock::system().now() < authenticate_at_) return;
  while (!in_flight_.empty()) ready_.push_back(read(deadline, {}));
  authenticate(deadline);
}

void refuse_if_sasl(const std::shared_ptr<const ClientOptions>& options,
                    const net::HostPort& address, const BrokerApis& apis, Deadline deadline) {
  auto version = apis.best(msg::SaslHandshakeRequest::api());
  if (options->sasl || !version) return;
  auto until = deadline.sooner(kProbe);
  msg::SaslHandshakeResponse answer;
  try {
    auto connection = dial(options, address, -1, until);
    connection->send(any_request(msg::SaslHandshakeRequest{}), *version, until);
    answer = decode_reply<msg::SaslHandshakeResponse>(connection->receive(until)).message;
  } catch (const net::NetError&) {
    return;  // it ended the connection for another reason, which the caller tells
  }
  if (answer.error_code == static_cast<int16_t>(ErrorCode::illegal_sasl_state)) return;
  throw refuse(fmt::format("{} wants to know who we are, by {}, and nothing says so",
                           address.to_string(), join(answer.mechanisms, ", ")),
               options->tls ? "security.protocol=SASL_SSL" : "security.protocol=SASL_PLAINTEXT");
}

}  // namespace kt
