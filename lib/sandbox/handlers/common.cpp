#include "sandbox/handlers/common.h"

#include <algorithm>

namespace kt::sandbox {

Found find_led(const Call& call, Topic* topic, int32_t index, int32_t leader_epoch,
               bool followers_too) {
  if (call.injected_error != 0) return {nullptr, static_cast<ErrorCode>(call.injected_error)};
  if (topic)
    if (auto denied = check_right(call, AclResource::topic, topic->name); denied != ErrorCode::none)
      return {nullptr, denied};
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

Found find_led(const Call& call, const std::string& topic, int32_t index, int32_t leader_epoch) {
  auto* found = call.cluster.topic(topic);
  auto denied = check_right(call, AclResource::topic, topic);
  if (!found && denied != ErrorCode::none) return {nullptr, denied};
  return find_led(call, found, index, leader_epoch);
}

ErrorCode check_controller(const Call& call) {
  if (call.cluster.release().is_kraft() || call.broker.id() == call.cluster.controller_id())
    return ErrorCode::none;
  return ErrorCode::not_controller;
}

ErrorCode check_coordinator(const Call& call, const std::string& group_id) {
  if (call.injected_error != 0) return static_cast<ErrorCode>(call.injected_error);
  if (auto denied = check_right(call, AclResource::group, group_id); denied != ErrorCode::none)
    return denied;
  bool here = call.cluster.group_partition(group_id).leader() == call.broker.id();
  return here ? ErrorCode::none : ErrorCode::not_coordinator;
}

ErrorCode check_transaction_coordinator(const Call& call, const std::string& transactional_id) {
  if (call.injected_error != 0) return static_cast<ErrorCode>(call.injected_error);
  auto denied = check_right(call, AclResource::transactional_id, transactional_id);
  if (denied != ErrorCode::none) return denied;
  bool here = call.cluster.transaction_partition(transactional_id).leader() == call.broker.id();
  return here ? ErrorCode::none : ErrorCode::not_coordinator;
}

namespace {

/// Of `there_are`, those that the client may do.
OperationBits allowed_of(const Call& call, OperationBits there_are, AclResource type,
                         const std::string& name) {
  OperationBits bits = 0;
  for (int number = 0; number < 16; ++number)
    if ((there_are >> number & 1) != 0 && may(call, static_cast<AclOperation>(number), type, name))
      bits |= 1 << number;
  return bits;
}

}  // namespace

OperationBits topic_operations(const Call& call, const std::string& topic) {
  return allowed_of(call, 0xdf8, AclResource::topic, topic);
}

OperationBits group_operations(const Call& call, const std::string& group) {
  return allowed_of(call, 0x148, AclResource::group, group);
}

OperationBits cluster_operations(const Call& call) {
  return allowed_of(call, 0x1fa0, AclResource::cluster, std::string(kClusterResource));
}

}  // namespace kt::sandbox
