// Tells the coordinator that a transaction is going to commit offsets of a group.
#include "protocol/msg/add_offsets_to_txn.h"

#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

msg::AddOffsetsToTxnResponse handle(Call& call, const msg::AddOffsetsToTxnRequest& request) {
  Transactions& transactions = call.cluster.transactions();
  auto error = check_transaction_coordinator(call, request.transactional_id);
  if (error == ErrorCode::none) error = check_right(call, AclResource::group, request.group_id);
  if (error == ErrorCode::none)
    error =
        transactions.check(request.transactional_id, {request.producer_id, request.producer_epoch});
  if (error == ErrorCode::producer_fenced && call.version < 2)
    error = ErrorCode::invalid_producer_epoch;
  if (error == ErrorCode::none) transactions.add_group(request.transactional_id, request.group_id);
  msg::AddOffsetsToTxnResponse response;
  response.error_code = number(error);
  return response;
}

}  // namespace

Handler add_offsets_to_txn_handler() { return immediate<msg::AddOffsetsToTxnRequest, handle>(); }

}  // namespace kt::sandbox
