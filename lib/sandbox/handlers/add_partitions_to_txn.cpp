// Tells the coordinator which partitions a transaction is going to write to; from v4 several
// transactions at once, also merely to verify.
#include "protocol/msg/add_partitions_to_txn.h"

#include <algorithm>

#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

using Response = msg::AddPartitionsToTxnResponse;

std::vector<Response::TopicResult> add(Call& call,
                                       const msg::AddPartitionsToTxnRequest::Transaction& asked) {
  Transactions& transactions = call.cluster.transactions();
  auto refused = check_transaction_coordinator(call, asked.transactional_id);
  if (refused == ErrorCode::none)
    refused = transactions.check(asked.transactional_id, {asked.producer_id, asked.producer_epoch});
  if (refused == ErrorCode::producer_fenced && call.version < 2)
    refused = ErrorCode::invalid_producer_epoch;
  auto denied = [&](const msg::AddPartitionsToTxnRequest::Topic& topic) {
    return check_right(call, AclResource::topic, topic.name) != ErrorCode::none;
  };
  auto exists = [&](const msg::AddPartitionsToTxnRequest::Topic& topic) {
    return std::ranges::all_of(
        topic.partitions, [&](int32_t index) { return call.cluster.partition(topic.name, index); });
  };
  bool any_denied = std::ranges::any_of(asked.topics, denied);
  // One that does not exist, or may not be written to, keeps the others out too.
  bool all_exist = std::ranges::all_of(asked.topics, exists);
  std::vector<Response::TopicResult> results;
  for (const auto& topic : asked.topics) {
    auto& result = results.emplace_back();
    result.name = topic.name;
    for (int32_t index : topic.partitions) {
      auto error = refused;
      if (error == ErrorCode::none && any_denied)
        error = denied(topic) ? ErrorCode::topic_authorization_failed
                              : ErrorCode::operation_not_attempted;
      if (error == ErrorCode::none && !all_exist)
        error = call.cluster.partition(topic.name, index) ? ErrorCode::operation_not_attempted
                                                          : ErrorCode::unknown_topic_or_partition;
      if (error == ErrorCode::none && asked.verify_only &&
          !transactions.has(asked.transactional_id, {topic.name, index}))
        error = ErrorCode::transaction_abortable;
      if (error == ErrorCode::none && !asked.verify_only)
        transactions.add(asked.transactional_id, {topic.name, index});
      result.results_by_partition.push_back(
          {.partition_index = index, .partition_error_code = number(error)});
    }
  }
  return results;
}

Response handle(Call& call, const msg::AddPartitionsToTxnRequest& request) {
  Response response;
  if (call.version < 4) {
    msg::AddPartitionsToTxnRequest::Transaction asked;
    asked.transactional_id = request.v3_and_below_transactional_id;
    asked.producer_id = request.v3_and_below_producer_id;
    asked.producer_epoch = request.v3_and_below_producer_epoch;
    asked.topics = request.v3_and_below_topics;
    response.results_by_topic_v3_and_below = add(call, asked);
    return response;
  }
  for (const auto& asked : request.transactions) {
    auto& result = response.results_by_transaction.emplace_back();
    result.transactional_id = asked.transactional_id;
    result.topic_results = add(call, asked);
  }
  return response;
}

}  // namespace

Handler add_partitions_to_txn_handler() {
  return immediate<msg::AddPartitionsToTxnRequest, handle>();
}

}  // namespace kt::sandbox
