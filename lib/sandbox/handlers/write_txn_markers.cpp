// Ends transactions in partitions by force, as the tool that aborts hanging ones does.
#include "protocol/msg/write_txn_markers.h"

#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

msg::WriteTxnMarkersResponse handle(Call& call, const msg::WriteTxnMarkersRequest& request) {
  msg::WriteTxnMarkersResponse response;
  for (const auto& marker : request.markers) {
    auto& answer = response.markers.emplace_back();
    answer.producer_id = marker.producer_id;
    for (const auto& topic : marker.topics) {
      auto& answers = answer.topics.emplace_back();
      answers.name = topic.name;
      for (int32_t index : topic.partition_indexes) {
        Found found = find_led(call, call.cluster.topic(topic.name), index);
        if (found.partition)
          write_marker(*found.partition, {marker.producer_id, marker.producer_epoch},
                       marker.transaction_result, marker.coordinator_epoch, call.cluster.now_ms());
        answers.partitions.push_back({.partition_index = index, .error_code = number(found.error)});
      }
    }
  }
  return response;
}

}  // namespace

Handler write_txn_markers_handler() { return immediate<msg::WriteTxnMarkersRequest, handle>(); }

}  // namespace kt::sandbox
