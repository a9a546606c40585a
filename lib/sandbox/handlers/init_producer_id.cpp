// Gives a producer its id and epoch; of a transactional id a new epoch, which fences the producer
// before.
#include "protocol/msg/init_producer_id.h"

#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

Transactions::Initialised initialise(Call& call, const msg::InitProducerIdRequest& request) {
  Transactions& transactions = call.cluster.transactions();
  if (!request.transactional_id && !may_write_idempotently(call))
    return {ErrorCode::cluster_authorization_failed, {}};
  if (!request.transactional_id) return {ErrorCode::none, transactions.new_producer()};
  if (request.transactional_id->empty()) return {ErrorCode::invalid_request, {}};
  if (auto refused = check_transaction_coordinator(call, *request.transactional_id);
      refused != ErrorCode::none)
    return {refused, {}};
  return transactions.initialise(*request.transactional_id, request.transaction_timeout_ms,
                                 {request.producer_id, request.producer_epoch});
}

msg::InitProducerIdResponse handle(Call& call, const msg::InitProducerIdRequest& request) {
  auto initialised = initialise(call, request);
  if (initialised.error == ErrorCode::producer_fenced && call.version < 4)
    initialised.error = ErrorCode::invalid_producer_epoch;
  msg::InitProducerIdResponse response;
  response.error_code = number(initialised.error);
  response.producer_id = initialised.producer.id;
  response.producer_epoch = initialised.producer.epoch;
  return response;
}

}  // namespace

Handler init_producer_id_handler() { return immediate<msg::InitProducerIdRequest, handle>(); }

}  // namespace kt::sandbox
