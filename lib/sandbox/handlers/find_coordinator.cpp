// Which broker coordinates a group or a transactional id: the leader of the partition of the
// coordinator's topic that the id hashes to.
#include "protocol/msg/find_coordinator.h"

#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

constexpr int8_t kGroup = 0;
constexpr int8_t kTransaction = 1;

struct Answer {
  ErrorCode error = ErrorCode::none;
  const Broker* broker = nullptr;
};

Answer find(Call& call, int8_t type, const std::string& key) {
  if (type != kGroup && type != kTransaction) return {ErrorCode::invalid_request};
  if (type == kTransaction && key.empty()) return {ErrorCode::invalid_request};
  auto resource = type == kGroup ? AclResource::group : AclResource::transactional_id;
  if (auto denied = check_right(call, resource, key); denied != ErrorCode::none) return {denied};
  Partition& partition =
      type == kGroup ? call.cluster.group_partition(key) : call.cluster.transaction_partition(key);
  const Broker* leader = call.cluster.broker(partition.leader());
  return {leader ? ErrorCode::none : ErrorCode::coordinator_not_available, leader};
}

template <class Destination>
void fill(Destination& destination, const Answer& answer) {
  destination.error_code = number(answer.error);
  destination.node_id = answer.broker ? answer.broker->id() : -1;
  destination.host = answer.broker ? answer.broker->host() : "";
  destination.port = answer.broker ? answer.broker->port() : -1;
}

msg::FindCoordinatorResponse handle(Call& call, const msg::FindCoordinatorRequest& request) {
  msg::FindCoordinatorResponse response;
  if (call.version < 4) {
    fill(response, find(call, request.key_type, request.key));
    return response;
  }
  for (const auto& key : request.coordinator_keys) {
    auto& coordinator = response.coordinators.emplace_back();
    coordinator.key = key;
    fill(coordinator, find(call, request.key_type, key));
  }
  return response;
}

}  // namespace

Handler find_coordinator_handler() { return immediate<msg::FindCoordinatorRequest, handle>(); }

}  // namespace kt::sandbox
