// Forgets a broker that is gone for good; it is known again once it is started.
#include "protocol/msg/unregister_broker.h"

#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

msg::UnregisterBrokerResponse handle(Call& call, const msg::UnregisterBrokerRequest& request) {
  msg::UnregisterBrokerResponse response;
  response.error_message.reset();
  if (call.cluster.unregister(request.broker_id)) return response;
  response.error_code = number(ErrorCode::broker_id_not_registered);
  response.error_message =
      "Broker ID " + std::to_string(request.broker_id) + " is not currently registered";
  return response;
}

}  // namespace

Handler unregister_broker_handler() { return immediate<msg::UnregisterBrokerRequest, handle>(); }

}  // namespace kt::sandbox
