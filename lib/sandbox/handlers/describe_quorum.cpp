// The controllers, as a KRaft cluster has them: here every broker is one, and the lowest living one
// leads.
#include "protocol/msg/describe_quorum.h"

#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

msg::DescribeQuorumResponse handle(Call& call, const msg::DescribeQuorumRequest& request) {
  msg::DescribeQuorumResponse response;
  if (call.version >= 2) response.error_message.reset();
  for (const auto& topic : request.topics) {
    auto& answers = response.topics.emplace_back();
    answers.topic_name = topic.topic_name;
    for (const auto& asked : topic.partitions) {
      auto& answer = answers.partitions.emplace_back();
      answer.partition_index = asked.partition_index;
      if (call.version >= 2) answer.error_message.reset();
      if (topic.topic_name != "__cluster_metadata" || asked.partition_index != 0) {
        answer.error_code = number(ErrorCode::unknown_topic_or_partition);
        continue;
      }
      answer.leader_id = call.cluster.controller_id();
      answer.leader_epoch = 1;
      answer.high_watermark = 1;
      for (const auto& broker : call.cluster.brokers()) {
        auto& voter = answer.current_voters.emplace_back();
        voter.replica_id = broker->id();
        voter.log_end_offset = 1;
        voter.last_fetch_timestamp = voter.last_caught_up_timestamp = call.cluster.now_ms();
      }
    }
  }
  if (call.version < 2) return response;
  for (const auto& broker : call.cluster.brokers()) {
    auto& node = response.nodes.emplace_back();
    node.node_id = broker->id();
    auto& listener = node.listeners.emplace_back();
    listener.name = "PLAINTEXT";
    listener.host = broker->host();
    listener.port = static_cast<uint16_t>(broker->port());
  }
  return response;
}

}  // namespace

Handler describe_quorum_handler() { return immediate<msg::DescribeQuorumRequest, handle>(); }

}  // namespace kt::sandbox
