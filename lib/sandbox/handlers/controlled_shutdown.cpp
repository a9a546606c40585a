// A broker that is about to stop hands over what it leads; it leads nothing more until it is
// started again.
#include "protocol/msg/controlled_shutdown.h"

#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

msg::ControlledShutdownResponse handle(Call& call, const msg::ControlledShutdownRequest& request) {
  msg::ControlledShutdownResponse response;
  bool old = !call.cluster.release().at_least(0, 9);  // had no codes of their own for these
  auto error = check_controller(call);
  if (error == ErrorCode::not_controller) error = ErrorCode::stale_controller_epoch;  // as ever
  if (error == ErrorCode::none && !call.cluster.is_alive(request.broker_id))
    error = ErrorCode::broker_not_available;
  if (error != ErrorCode::none) {
    response.error_code = number(old ? ErrorCode::unknown_server_error : error);
    return response;
  }
  call.cluster.retire(request.broker_id);
  for (const auto& [name, topic] : call.cluster.topics())
    for (const auto& partition : topic->partitions)
      if (partition->leader() == request.broker_id && partition->replicas.size() > 1) {
        auto& left = response.remaining_partitions.emplace_back();
        left.topic_name = name;
        left.partition_index = partition->index();
      }
  return response;
}

}  // namespace

Handler controlled_shutdown_handler() {
  return immediate<msg::ControlledShutdownRequest, handle>();
}

}  // namespace kt::sandbox
