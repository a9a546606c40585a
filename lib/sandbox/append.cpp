#include "sandbox/append.h"

#include "base/clock.h"
#include "sandbox/batch_header.h"

namespace kt::sandbox {
namespace {

AppendResult fail(ErrorCode error, std::string message = {}) {
  AppendResult result;
  result.error = error;
  result.message = std::move(message);
  return result;
}

/// Where the batch violates what any batch must keep; an empty result is good.
AppendResult check_batch(Cluster& cluster, const Partition& partition, std::string_view records) {
  if (records.size() < kBatchHeaderBytes)
    return fail(ErrorCode::corrupt_message, "The batch is incomplete.");
  BatchHeader batch(records);
  if (batch.length() < static_cast<int32_t>(kBatchHeaderBytes) - 12 ||
      batch.size_bytes() > records.size())
    return fail(ErrorCode::corrupt_message, "The batch's length is wrong.");
  if (batch.size_bytes() < records.size())
    return fail(ErrorCode::invalid_record,
                "A produce request may carry only one batch per partition.");
  if (!batch.crc_matches())
    return fail(ErrorCode::corrupt_message, "The batch's checksum is wrong.");
  if (batch.size_bytes() >
      static_cast<size_t>(cluster.number_setting(partition.topic(), "max.message.bytes")))
    return fail(ErrorCode::message_too_large,
                "The batch is larger than the topic's max.message.bytes.");
  if (batch.count() <= 0 || batch.last_offset_delta() != batch.count() - 1)
    return fail(ErrorCode::invalid_record,
                "The batch's count of records does not fit its offsets.");
  if (batch.is_control())
    return fail(ErrorCode::invalid_record, "Clients may not write control records.");
  if (batch.producer_id() >= 0 && (batch.producer_epoch() < 0 || batch.base_sequence() < 0))
    return fail(ErrorCode::invalid_record, "The batch has a producer id but no epoch or sequence.");
  return {};
}

AppendResult append_batch(Cluster& cluster, Partition& partition, std::string_view records) {
  if (auto checked = check_batch(cluster, partition, records); checked.error != ErrorCode::none)
    return checked;
  BatchHeader sent(records);
  auto last_sequence =
      static_cast<int32_t>((int64_t{sent.base_sequence()} + sent.count() - 1) & 0x7fffffff);
  if (sent.producer_id() >= 0) {
    auto verdict = partition.producers().check(sent.producer_id(), sent.producer_epoch(),
                                               sent.base_sequence(), last_sequence);
    if (verdict.error != ErrorCode::none) return fail(verdict.error);
    if (verdict.duplicate_of)
      return {.error = ErrorCode::none, .message = {}, .base_offset = *verdict.duplicate_of};
  }
  std::string batch(records);
  AppendResult result;
  result.base_offset = partition.log().end_offset();
  place_batch(batch, result.base_offset, partition.leader_epoch());
  int64_t now_ms = Clock::system().wall_ms();
  if (cluster.setting(partition.topic(), "message.timestamp.type") == "LogAppendTime") {
    stamp_batch(batch, now_ms);
    result.log_append_time_ms = now_ms;
  }
  BatchHeader placed(batch);
  partition.producers().appended(
      placed.producer_id(), placed.producer_epoch(),
      {placed.base_sequence(), last_sequence, result.base_offset, now_ms},
      placed.is_transactional());
  partition.append(batch, {result.base_offset, result.base_offset + placed.last_offset_delta(),
                           placed.max_timestamp_ms()});
  return result;
}

}  // namespace

AppendResult append_records(Cluster& cluster, Partition& partition, std::string_view records,
                            int16_t produce_version) {
  constexpr int16_t kFirstWithBatches = 3;
  if (produce_version < kFirstWithBatches) return fail(ErrorCode::unsupported_for_message_format);
  return append_batch(cluster, partition, records);
}

}  // namespace kt::sandbox
