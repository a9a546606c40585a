// Offsets that become a group's when the transaction commits. From v5 (transaction version 2) this
// opens the transaction where needed.
#include "protocol/msg/txn_offset_commit.h"

#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

ErrorCode check(Call& call, const msg::TxnOffsetCommitRequest& request) {
  if (request.group_id.empty()) return ErrorCode::invalid_group_id;
  if (auto denied = check_right(call, AclResource::transactional_id, request.transactional_id);
      denied != ErrorCode::none)
    return denied;
  if (auto refused = check_coordinator(call, request.group_id); refused != ErrorCode::none)
    return refused;
  Transactions& transactions = call.cluster.transactions();
  auto refused =
      transactions.check(request.transactional_id, {request.producer_id, request.producer_epoch});
  if (refused == ErrorCode::producer_fenced) return ErrorCode::invalid_producer_epoch;
  if (refused != ErrorCode::none) return refused;
  Group* group = call.cluster.groups().find(request.group_id);
  bool as_member = request.generation_id >= 0 || !request.member_id.empty();
  if (as_member && !group) return ErrorCode::illegal_generation;
  if (as_member)
    refused =
        group->check_commit(request.generation_id, request.member_id, request.group_instance_id);
  if (refused != ErrorCode::none) return refused;
  if (call.version >= 5) transactions.add_group(request.transactional_id, request.group_id);
  return ErrorCode::none;
}

msg::TxnOffsetCommitResponse handle(Call& call, const msg::TxnOffsetCommitRequest& request) {
  msg::TxnOffsetCommitResponse response;
  auto refused = check(call, request);
  for (const auto& topic : request.topics) {
    auto& answers = response.topics.emplace_back();
    answers.name = topic.name;
    for (const auto& asked : topic.partitions) {
      auto error = refused;
      if (error == ErrorCode::none) error = check_right(call, AclResource::topic, topic.name);
      if (error == ErrorCode::none && !call.cluster.partition(topic.name, asked.partition_index))
        error = ErrorCode::unknown_topic_or_partition;
      if (error == ErrorCode::none)
        call.cluster.groups().commit_in_transaction(
            call.cluster.groups().get_or_create(request.group_id),
            {request.producer_id, request.producer_epoch}, {topic.name, asked.partition_index},
            {asked.committed_offset, asked.committed_leader_epoch,
             asked.committed_metadata.value_or(""), call.cluster.now_ms()});
      answers.partitions.push_back(
          {.partition_index = asked.partition_index, .error_code = number(error)});
    }
  }
  return response;
}

}  // namespace

Handler txn_offset_commit_handler() { return immediate<msg::TxnOffsetCommitRequest, handle>(); }

}  // namespace kt::sandbox
