#include "sandbox/handlers/common.h"

#include <algorithm>

namespace kt::sandbox {

Found find_led(const Call& call, Topic* topic, int32_t index, int32_t leader_epoch,
               bool followers_too) {
  if (call.injected_error != 0) return {nullptr, static_cast<ErrorCode>(call.injected_error)};
  Partition* partition = topic ? topic->partition(index) : nullptr;
  if (!partition) return {nullptr, ErrorCode::unknown_topic_or_partition};
  const auto& replicas = partition->replicas;
  bool serves = partition->leader() == call.broker.id() ||
                (followers_too && std::ranges::find(replicas, call.broker.id()) != replicas.end());
  if (!serves) return {nullptr, ErrorCode::not_leader_or_follower};
  if (leader_epoch >= 0 && leader_epoch < partition->leader_epoch())
    return {nullptr, ErrorCode::fenced_leader_epoch};
  if (leader_epoch > partition->leader_epoch()) return {nullptr, ErrorCode::unknown_leader_epoch};
  return {partition, ErrorCode::none};
}

ErrorCode check_controller(const Call& call) {
  if (call.cluster.release().is_kraft() || call.broker.id() == call.cluster.controller_id())
    return ErrorCode::none;
  return ErrorCode::not_controller;
}

ErrorCode check_coordinator(const Call& call, const std::string& group_id) {
  if (call.injected_error != 0) return static_cast<ErrorCode>(call.injected_error);
  bool here = call.cluster.group_partition(group_id).leader() == call.broker.id();
  return here ? ErrorCode::none : ErrorCode::not_coordinator;
}

ErrorCode check_transaction_coordinator(const Call& call, const std::string& transactional_id) {
  if (call.injected_error != 0) return static_cast<ErrorCode>(call.injected_error);
  bool here = call.cluster.transaction_partition(transactional_id).leader() == call.broker.id();
  return here ? ErrorCode::none : ErrorCode::not_coordinator;
}

}  // namespace kt::sandbox
