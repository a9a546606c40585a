// The producers that partitions know of, with their open transactions.
#include "protocol/msg/describe_producers.h"

#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

msg::DescribeProducersResponse handle(Call& call, const msg::DescribeProducersRequest& request) {
  msg::DescribeProducersResponse response;
  for (const auto& topic : request.topics) {
    auto& answers = response.topics.emplace_back();
    answers.name = topic.name;
    for (int32_t index : topic.partition_indexes) {
      auto& answer = answers.partitions.emplace_back();
      answer.partition_index = index;
      Found found = find_led(call, topic.name, index);
      answer.error_code = number(found.error);
      if (!found.partition) continue;
      for (const auto& [id, state] : found.partition->producers().all())
        answer.active_producers.push_back({.producer_id = id,
                                           .producer_epoch = state.epoch,
                                           .last_sequence = state.last_sequence(),
                                           .last_timestamp = state.last_timestamp_ms,
                                           .coordinator_epoch = state.coordinator_epoch,
                                           .current_txn_start_offset = state.transaction_start});
    }
  }
  return response;
}

}  // namespace

Handler describe_producers_handler() { return immediate<msg::DescribeProducersRequest, handle>(); }

}  // namespace kt::sandbox
