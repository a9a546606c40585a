// Where a leader epoch ended: what a client compares its position with after a change of leaders.
#include "protocol/msg/offset_for_leader_epoch.h"

#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

using Answer = msg::OffsetForLeaderEpochResponse::Topic::Partition;

void answer_epoch(const Call& call, Partition& partition, int32_t asked_epoch, Answer& answer) {
  if (asked_epoch > partition.leader_epoch() || asked_epoch < 0) return;
  if (asked_epoch == partition.leader_epoch()) {
    answer.end_offset = partition.log().end_offset();
    if (call.version >= 1) answer.leader_epoch = asked_epoch;
    return;
  }
  // The largest epoch that is not above the one asked for, and where the next one begins.
  int32_t epoch = -1;
  int64_t end = partition.log().end_offset();
  for (const auto& one : partition.epochs()) {
    if (one.epoch > asked_epoch) {
      end = one.start_offset;
      break;
    }
    epoch = one.epoch;
  }
  answer.end_offset = epoch < 0 ? partition.log().start_offset() : end;
  if (call.version >= 1) answer.leader_epoch = epoch < 0 ? asked_epoch : epoch;
}

msg::OffsetForLeaderEpochResponse handle(Call& call,
                                         const msg::OffsetForLeaderEpochRequest& request) {
  msg::OffsetForLeaderEpochResponse response;
  for (const auto& topic : request.topics) {
    auto& answers = response.topics.emplace_back();
    answers.topic = topic.topic;
    for (const auto& asked : topic.partitions) {
      auto& answer = answers.partitions.emplace_back();
      answer.partition = asked.partition;
      Found found = find_led(call, topic.topic, asked.partition, asked.current_leader_epoch);
      answer.error_code = number(found.error);
      if (found.partition) answer_epoch(call, *found.partition, asked.leader_epoch, answer);
    }
  }
  return response;
}

}  // namespace

Handler offset_for_leader_epoch_handler() {
  return immediate<msg::OffsetForLeaderEpochRequest, handle>();
}

}  // namespace kt::sandbox
