// Raises the start of partitions' logs.
#include "protocol/msg/delete_records.h"

#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

constexpr int64_t kToHighWatermark = -1;

msg::DeleteRecordsResponse handle(Call& call, const msg::DeleteRecordsRequest& request) {
  msg::DeleteRecordsResponse response;
  for (const auto& topic : request.topics) {
    auto& answers = response.topics.emplace_back();
    answers.name = topic.name;
    for (const auto& asked : topic.partitions) {
      auto& answer = answers.partitions.emplace_back();
      answer.partition_index = asked.partition_index;
      answer.low_watermark = -1;
      Found found = find_led(call, topic.name, asked.partition_index);
      if (found.partition &&
          call.cluster.setting(found.partition->topic(), "cleanup.policy") == "compact")
        found.error = ErrorCode::policy_violation;
      answer.error_code = number(found.error);
      if (found.error != ErrorCode::none) continue;
      int64_t end = found.partition->high_watermark();
      int64_t offset = asked.offset == kToHighWatermark ? end : asked.offset;
      if (offset < 0 || offset > end) {
        answer.error_code = number(ErrorCode::offset_out_of_range);
        continue;
      }
      found.partition->log().delete_before(offset);
      answer.low_watermark = found.partition->log().start_offset();
    }
  }
  call.cluster.save_soon();
  return response;
}

}  // namespace

Handler delete_records_handler() { return immediate<msg::DeleteRecordsRequest, handle>(); }

}  // namespace kt::sandbox
