// Takes one token of SASL and answers with the next.
#include "protocol/msg/sasl_authenticate.h"

#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"
#include "sandbox/sasl.h"

namespace kt::sandbox {
namespace {

msg::SaslAuthenticateResponse handle(Call& call, const msg::SaslAuthenticateRequest& request) {
  msg::SaslAuthenticateResponse response;
  response.error_message.reset();
  auto* session = call.connection->sasl.get();
  if (session == nullptr || session->state() != SaslSession::State::going_on) {
    response.error_code = number(ErrorCode::illegal_sasl_state);
    return response;
  }
  response.auth_bytes = session->step(request.auth_bytes);
  if (session->state() == SaslSession::State::refused) {
    response.error_code = number(ErrorCode::sasl_authentication_failed);
    response.error_message =
        "Authentication failed during authentication due to invalid "
        "credentials with SASL mechanism " +
        session->mechanism();
    call.connection->sasl.reset();
  } else if (session->state() == SaslSession::State::accepted) {
    auto term_ms = call.cluster.number_setting("connections.max.reauth.ms");
    if (term_ms > 0) session->until_ms = call.cluster.now_ms() + term_ms;
    response.session_lifetime_ms = term_ms;
  }
  return response;
}

}  // namespace

Handler sasl_authenticate_handler() { return immediate<msg::SaslAuthenticateRequest, handle>(); }

}  // namespace kt::sandbox
