// The transactional ids that the broker which was asked coordinates.
#include "protocol/msg/list_transactions.h"

#include <algorithm>
#include <optional>

#include "base/pattern.h"
#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

const std::vector<std::string> kStates = {"Empty",        "Ongoing",          "PrepareCommit",
                                          "PrepareAbort", "CompleteCommit",   "CompleteAbort",
                                          "Dead",         "PrepareEpochFence"};

template <class T>
bool passes(const std::vector<T>& filter, const T& value) {
  return filter.empty() || std::ranges::count(filter, value) > 0;
}

msg::ListTransactionsResponse handle(Call& call, const msg::ListTransactionsRequest& request) {
  msg::ListTransactionsResponse response;
  for (const auto& state : request.state_filters)
    if (std::ranges::count(kStates, state) == 0) response.unknown_state_filters.push_back(state);
  std::optional<Pattern> pattern;
  try {
    if (request.transactional_id_pattern && !request.transactional_id_pattern->empty())
      pattern.emplace(*request.transactional_id_pattern);
  } catch (const Error&) {
    response.error_code = number(ErrorCode::invalid_regular_expression);
    return response;
  }
  int64_t now_ms = call.cluster.now_ms();
  for (const auto& [id, transaction] : call.cluster.transactions().all()) {
    if (call.cluster.transaction_partition(id).leader() != call.broker.id()) continue;
    if (!may(call, AclOperation::describe, AclResource::transactional_id, id)) continue;
    if (!passes(request.state_filters, transaction.state_name()) ||
        !passes(request.producer_id_filters, transaction.producer.id))
      continue;
    if (request.duration_filter >= 0 &&
        (transaction.start_ms < 0 || now_ms - transaction.start_ms <= request.duration_filter))
      continue;
    if (pattern && !pattern->matches(id)) continue;
    response.transaction_states.push_back({.transactional_id = id,
                                           .producer_id = transaction.producer.id,
                                           .transaction_state = transaction.state_name()});
  }
  return response;
}

}  // namespace

Handler list_transactions_handler() { return immediate<msg::ListTransactionsRequest, handle>(); }

}  // namespace kt::sandbox
