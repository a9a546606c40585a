// The offset at a time: earliest, latest, the largest timestamp, or the first record at or after a
// time. v0 answers with the old list: the end and the starts of segments, newest first.
#include "protocol/msg/list_offsets.h"

#include <algorithm>

#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

enum Time : int64_t {
  kLatest = -1,
  kEarliest = -2,
  kMaxTimestamp = -3,
  kEarliestLocal = -4,
  kLatestTiered = -5,
  kEarliestPendingUpload = -6
};
constexpr int8_t kReadCommitted = 1;

using Asked = msg::ListOffsetsRequest::Topic::Partition;
using Answer = msg::ListOffsetsResponse::Topic::Partition;

void answer_old_list(Partition& partition, const Asked& asked, Answer& answer) {
  auto offsets = partition.log().segment_offsets();
  std::ranges::reverse(offsets);
  int64_t end = partition.high_watermark();
  if (asked.timestamp == kEarliest) {
    offsets = {partition.log().start_offset()};
  } else if (asked.timestamp == kLatest) {
    if (offsets.empty() || offsets.front() != end) offsets.insert(offsets.begin(), end);
    if (offsets.back() > partition.log().start_offset())
      offsets.push_back(partition.log().start_offset());
  } else {
    // By the age of files; ours are as old as their first record.
    auto found = partition.log().find_time(asked.timestamp + 1);
    if (found) std::erase_if(offsets, [&](int64_t offset) { return offset > found->offset; });
  }
  auto most = static_cast<size_t>(std::max(asked.max_num_offsets, 0));
  if (offsets.size() > most) offsets.resize(most);
  answer.old_style_offsets = std::move(offsets);
}

void answer_one(const Call& call, Partition& partition, const Asked& asked, int8_t isolation,
                Answer& answer) {
  const PartitionLog& log = partition.log();
  int64_t end =
      isolation == kReadCommitted ? partition.last_stable_offset() : partition.high_watermark();
  std::optional<PartitionLog::Found> found;
  switch (asked.timestamp) {
    case kLatest:
      found = {end, -1, partition.epoch_at(end)};
      break;
    case kEarliest:
    case kEarliestLocal:
      found = {log.start_offset(), -1, partition.epoch_at(log.start_offset())};
      break;
    case kMaxTimestamp:
      if (call.version >= 7) found = log.find_max_timestamp();
      break;
    case kLatestTiered:
    case kEarliestPendingUpload:
      break;
    default:
      found = log.find_time(asked.timestamp);
      if (found && found->offset >= end) found.reset();
  }
  if (!found) return;
  answer.offset = found->offset;
  answer.timestamp = found->timestamp_ms;
  if (call.version >= 4) answer.leader_epoch = found->leader_epoch;
}

msg::ListOffsetsResponse handle(Call& call, const msg::ListOffsetsRequest& request) {
  msg::ListOffsetsResponse response;
  for (const auto& topic : request.topics) {
    auto& answers = response.topics.emplace_back();
    answers.name = topic.name;
    for (const auto& asked : topic.partitions) {
      auto& answer = answers.partitions.emplace_back();
      answer.partition_index = asked.partition_index;
      Found found = find_led(call, topic.name, asked.partition_index, asked.current_leader_epoch);
      answer.error_code = number(found.error);
      if (!found.partition) continue;
      if (call.version == 0)
        answer_old_list(*found.partition, asked, answer);
      else
        answer_one(call, *found.partition, asked, request.isolation_level, answer);
    }
  }
  return response;
}

}  // namespace

Handler list_offsets_handler() { return immediate<msg::ListOffsetsRequest, handle>(); }

}  // namespace kt::sandbox
