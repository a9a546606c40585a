// State, producer and partitions of transactional ids.
#include "protocol/msg/describe_transactions.h"

#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

msg::DescribeTransactionsResponse::TransactionState describe(const Call& call,
                                                             const std::string& id) {
  msg::DescribeTransactionsResponse::TransactionState described;
  described.transactional_id = id;
  described.producer_id = -1;
  auto refused = check_transaction_coordinator(call, id);
  const Transaction* transaction = call.cluster.transactions().find(id);
  if (refused == ErrorCode::none && !transaction) refused = ErrorCode::transactional_id_not_found;
  described.error_code = number(refused);
  if (refused != ErrorCode::none) return described;
  described.transaction_state = transaction->state_name();
  described.transaction_timeout_ms = transaction->timeout_ms;
  described.transaction_start_time_ms = transaction->start_ms;
  described.producer_id = transaction->producer.id;
  described.producer_epoch = transaction->producer.epoch;
  for (const auto& [topic, index] : transaction->partitions) {
    if (check_right(call, AclResource::topic, topic) != ErrorCode::none) continue;
    if (described.topics.empty() || described.topics.back().topic != topic)
      described.topics.emplace_back().topic = topic;
    described.topics.back().partitions.push_back(index);
  }
  return described;
}

msg::DescribeTransactionsResponse handle(Call& call,
                                         const msg::DescribeTransactionsRequest& request) {
  msg::DescribeTransactionsResponse response;
  for (const auto& id : request.transactional_ids)
    response.transaction_states.push_back(describe(call, id));
  return response;
}

}  // namespace

Handler describe_transactions_handler() {
  return immediate<msg::DescribeTransactionsRequest, handle>();
}

}  // namespace kt::sandbox
