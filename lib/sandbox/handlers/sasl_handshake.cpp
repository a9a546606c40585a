// The sandbox's listeners are plain ones, where Kafka refuses SASL.
#include "protocol/msg/sasl_handshake.h"

#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

msg::SaslHandshakeResponse handle(Call&, const msg::SaslHandshakeRequest&) {
  msg::SaslHandshakeResponse response;
  response.error_code = number(ErrorCode::illegal_sasl_state);
  return response;
}

}  // namespace

Handler sasl_handshake_handler() { return immediate<msg::SaslHandshakeRequest, handle>(); }

}  // namespace kt::sandbox
