// Agrees on a mechanism where the sandbox knows users; on a plain listener Kafka refuses SASL.
#include "protocol/msg/sasl_handshake.h"

#include <algorithm>

#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"
#include "sandbox/sasl.h"

namespace kt::sandbox {
namespace {

msg::SaslHandshakeResponse handle(Call& call, const msg::SaslHandshakeRequest& request) {
  msg::SaslHandshakeResponse response;
  const auto& users = call.cluster.options().users;
  if (users.empty()) {
    response.error_code = number(ErrorCode::illegal_sasl_state);
    return response;
  }
  response.mechanisms = call.cluster.sasl_mechanisms();
  if (std::ranges::count(response.mechanisms, request.mechanism) == 0)
    response.error_code = number(ErrorCode::unsupported_sasl_mechanism);
  else
    call.connection->sasl =
        std::make_unique<SaslSession>(users, request.mechanism, call.version == 0);
  return response;
}

}  // namespace

Handler sasl_handshake_handler() { return immediate<msg::SaslHandshakeRequest, handle>(); }

}  // namespace kt::sandbox
