// Commits or aborts a transaction; from v5 (transaction version 2) the producer goes on with a new
// epoch.
#include "protocol/msg/end_txn.h"

#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

msg::EndTxnResponse handle(Call& call, const msg::EndTxnRequest& request) {
  constexpr int16_t kFirstThatBumps = 5;
  auto refused = check_transaction_coordinator(call, request.transactional_id);
  Transactions::Initialised ended{refused, {}};
  if (refused == ErrorCode::none)
    ended = call.cluster.transactions().end(request.transactional_id,
                                            {request.producer_id, request.producer_epoch},
                                            request.committed, call.version >= kFirstThatBumps);
  if (ended.error == ErrorCode::producer_fenced && call.version < 2)
    ended.error = ErrorCode::invalid_producer_epoch;
  msg::EndTxnResponse response;
  response.error_code = number(ended.error);
  response.producer_id = ended.producer.id;
  response.producer_epoch = ended.producer.epoch;
  return response;
}

}  // namespace

Handler end_txn_handler() { return immediate<msg::EndTxnRequest, handle>(); }

}  // namespace kt::sandbox
