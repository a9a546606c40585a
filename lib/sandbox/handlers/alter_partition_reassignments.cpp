// Starts, changes and cancels moves of replicas. A move takes as long as the setting
// `kt.reassignment.ms` says (nothing unless set), so that tools can be shown one that goes on.
#include "protocol/msg/alter_partition_reassignments.h"

#include <set>

#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

Status alter(const Call& call, const msg::AlterPartitionReassignmentsRequest& request,
             const std::string& topic,
             const msg::AlterPartitionReassignmentsRequest::Topic::Partition& asked) {
  if (call.injected_error != 0) return {static_cast<ErrorCode>(call.injected_error), {}};
  Partition* partition = call.cluster.partition(topic, asked.partition_index);
  if (!partition) return {ErrorCode::unknown_topic_or_partition, "The partition does not exist."};
  if (!asked.replicas) {
    if (!partition->is_reassigning()) return {ErrorCode::no_reassignment_in_progress, {}};
    call.cluster.cancel_reassignment(*partition);
    return {};
  }
  const auto& replicas = *asked.replicas;
  bool invalid =
      replicas.empty() || std::set(replicas.begin(), replicas.end()).size() != replicas.size();
  for (int32_t replica : replicas) invalid |= !call.cluster.broker(replica);
  if (invalid)
    return {ErrorCode::invalid_replica_assignment,
            "The replicas are empty, repeated, or on a broker that does not exist."};
  if (!request.allow_replication_factor_change &&
      replicas.size() != partition->replicas.size() - partition->adding_replicas.size())
    return {ErrorCode::invalid_replication_factor, "The replication factor would change."};
  call.cluster.reassign(*partition, replicas);
  return {};
}

msg::AlterPartitionReassignmentsResponse handle(
    Call& call, const msg::AlterPartitionReassignmentsRequest& request) {
  msg::AlterPartitionReassignmentsResponse response;
  response.error_message.reset();
  if (auto refused = check_controller(call); refused != ErrorCode::none) {
    response.error_code = number(refused);
    return response;
  }
  response.allow_replication_factor_change = request.allow_replication_factor_change;
  for (const auto& topic : request.topics) {
    auto& answers = response.responses.emplace_back();
    answers.name = topic.name;
    for (const auto& asked : topic.partitions) {
      Status status = alter(call, request, topic.name, asked);
      auto& answer = answers.partitions.emplace_back();
      answer.partition_index = asked.partition_index;
      answer.error_code = number(status.code);
      answer.error_message = status.message;
      if (status.message.empty()) answer.error_message.reset();
    }
  }
  return response;
}

}  // namespace

Handler alter_partition_reassignments_handler() {
  return immediate<msg::AlterPartitionReassignmentsRequest, handle>();
}

}  // namespace kt::sandbox
