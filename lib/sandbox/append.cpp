#include "sandbox/append.h"

#include "protocol/records/batch_builder.h"
#include "protocol/records/record_reader.h"

namespace kt::sandbox {
namespace {

constexpr int16_t kFirstWithBatches = 3;
constexpr int16_t kFirstWithZstd = 7;

AppendResult fail(ErrorCode error, std::string message = {}) {
  return {.error = error, .message = std::move(message)};
}

/// The codec that the topic asks for, or the producer's.
Codec wanted_codec(const Cluster& cluster, const Topic& topic, Codec sent) {
  std::string wanted = cluster.setting(topic, "compression.type");
  if (wanted == "producer") return sent;
  return wanted == "uncompressed" ? Codec::none : codec_named(wanted).value_or(sent);
}

TimestampType timestamp_type(const Cluster& cluster, const Topic& topic) {
  bool by_broker = cluster.setting(topic, "message.timestamp.type") == "LogAppendTime";
  return by_broker ? TimestampType::log_append : TimestampType::create;
}

/// What any batch v2 of a client must keep; none where it does.
AppendResult check_batch(const Cluster& cluster, const Topic& topic, std::string_view records,
                         int16_t produce_version) {
  BatchReader reader(records);
  auto batch = reader.next();
  if (!batch) return fail(ErrorCode::corrupt_message, "The batch is incomplete.");
  if (!batch->is_v2() || batch->size_bytes() != records.size())
    return fail(ErrorCode::invalid_record,
                "A produce request carries one batch of format 2 per partition.");
  if (batch->computed_crc() != batch->stored_crc())
    return fail(ErrorCode::corrupt_message, "The batch's checksum is wrong.");
  if (records.size() > static_cast<size_t>(cluster.number_setting(topic, "max.message.bytes")))
    return fail(ErrorCode::message_too_large,
                "The batch is larger than the topic's max.message.bytes.");
  if (batch->count() <= 0 || batch->last_offset_delta() != batch->count() - 1)
    return fail(ErrorCode::invalid_record,
                "The batch's count of records does not fit its offsets.");
  if (batch->control())
    return fail(ErrorCode::invalid_record, "Clients may not write control records.");
  if (batch->producer_id() >= 0 && (batch->producer_epoch() < 0 || batch->base_sequence() < 0))
    return fail(ErrorCode::invalid_record, "The batch has a producer id but no epoch or sequence.");
  if (batch->codec() == Codec::zstd && produce_version < kFirstWithZstd)
    return fail(ErrorCode::unsupported_compression_type, "Produce before v7 knows no zstd.");
  return {};
}

/// Looks at every record: that they can be read, and have keys where the topic is compacted.
AppendResult check_records(const Cluster& cluster, const Topic& topic, std::string_view records) {
  bool needs_keys = cluster.setting(topic, "cleanup.policy").find("compact") != std::string::npos;
  AppendResult result;
  RecordReader reader(records, {.from_offset = INT64_MIN, .check_crc = false});
  for (int32_t place = 0; const RecordView* record = reader.next(); ++place)
    if (needs_keys && !record->key) result.bad_records.push_back(place);
  if (!result.bad_records.empty()) {
    result.error = ErrorCode::invalid_record;
    result.message = "One or more records have been rejected: a compacted topic needs keys.";
  }
  return result;
}

/// Clocks that run ahead spoil retention, so newer brokers refuse times too far from their own.
AppendResult check_time(const Cluster& cluster, const Topic& topic, const BatchView& batch,
                        int64_t now_ms) {
  if (!cluster.release().at_least(3, 6) ||
      timestamp_type(cluster, topic) == TimestampType::log_append)
    return {};
  int64_t after_ms = cluster.number_setting(topic, "message.timestamp.after.max.ms");
  int64_t before_ms = cluster.number_setting(topic, "message.timestamp.before.max.ms");
  bool too_late = batch.max_timestamp_ms() > now_ms && batch.max_timestamp_ms() - now_ms > after_ms;
  bool too_early = batch.base_timestamp_ms() >= 0 && now_ms - batch.base_timestamp_ms() > before_ms;
  if (!too_late && !too_early) return {};
  return fail(ErrorCode::invalid_timestamp,
              "A timestamp is out of the range that the topic allows.");
}

/// From 2.5 on a producer that is not known, or no longer, may begin with any sequence.
ErrorCode error_of_unknown_producer(const Cluster& cluster) {
  if (cluster.release().at_least(2, 5)) return ErrorCode::none;
  return cluster.release().at_least(1, 0) ? ErrorCode::unknown_producer_id
                                          : ErrorCode::out_of_order_sequence_number;
}

/// The same records in another codec.
std::string recompress(const BatchView& batch, Codec codec) {
  BatchBuilder builder({.compression = {codec},
                        .base_offset = batch.base_offset(),
                        .timestamp_type = batch.timestamp_type(),
                        .producer_id = batch.producer_id(),
                        .producer_epoch = batch.producer_epoch(),
                        .base_sequence = batch.base_sequence(),
                        .transactional = batch.transactional()});
  RecordReader reader(batch.bytes(), {.from_offset = batch.base_offset(), .check_crc = false});
  while (const RecordView* record = reader.next()) builder.append_at(record->offset, *record);
  return std::string(builder.finish());
}

AppendResult append_batch(const Cluster& cluster, Partition& partition, std::string_view records,
                          int16_t produce_version) {
  const Topic& topic = partition.topic();
  if (auto checked = check_batch(cluster, topic, records, produce_version);
      checked.error != ErrorCode::none)
    return checked;
  BatchView sent(records);
  auto check = partition.producers().check(sent);
  if (check.verdict == Producers::Verdict::old_epoch)
    return fail(ErrorCode::invalid_producer_epoch);
  if (check.verdict == Producers::Verdict::out_of_order)
    return fail(ErrorCode::out_of_order_sequence_number);
  if (check.verdict == Producers::Verdict::duplicate)
    return {.base_offset = check.duplicate_of.base_offset};
  if (check.verdict == Producers::Verdict::unknown)
    if (auto error = error_of_unknown_producer(cluster); error != ErrorCode::none)
      return fail(error);
  int64_t now_ms = cluster.now_ms();
  if (auto checked = check_time(cluster, topic, sent, now_ms); checked.error != ErrorCode::none)
    return checked;
  if (auto checked = check_records(cluster, topic, records); checked.error != ErrorCode::none)
    return checked;
  Codec codec = wanted_codec(cluster, topic, sent.codec());
  std::string batch = codec == sent.codec() ? std::string(records) : recompress(sent, codec);
  AppendResult result;
  result.base_offset = partition.log().end_offset();
  if (timestamp_type(cluster, topic) == TimestampType::log_append) {
    result.log_append_time_ms = now_ms;
    set_log_append_time(batch.data(), batch.size(), now_ms);
  }
  set_base_offset(batch.data(), result.base_offset);
  set_leader_epoch(batch.data(), partition.leader_epoch());
  partition.append(batch);
  return result;
}

/// Records of any format as one batch, or as the messages, that this release would store.
std::string convert(const Cluster& cluster, const Partition& partition, std::string_view records,
                    int64_t now_ms) {
  const Topic& topic = partition.topic();
  auto first = BatchReader(records).next();
  if (!first) return {};
  BatchBuilder builder({.magic = cluster.release().record_magic(),
                        .compression = {wanted_codec(cluster, topic, first->codec())},
                        .base_offset = partition.log().end_offset(),
                        .timestamp_type = timestamp_type(cluster, topic),
                        .leader_epoch = partition.leader_epoch()});
  bool stamped = timestamp_type(cluster, topic) == TimestampType::log_append;
  // Producers number from 0, or not at all: only the order counts.
  RecordReader reader(records, {.from_offset = INT64_MIN});
  while (const RecordView* record = reader.next())
    builder.append(stamped ? now_ms : record->timestamp_ms, record->key, record->value);
  return builder.empty() ? std::string() : std::string(builder.finish());
}

AppendResult append_messages(const Cluster& cluster, Partition& partition,
                             std::string_view records) {
  const Topic& topic = partition.topic();
  if (records.empty()) return {.base_offset = partition.log().end_offset()};
  auto most_bytes = static_cast<size_t>(cluster.number_setting(topic, "max.message.bytes"));
  BatchReader sent(records);
  while (auto message = sent.next())
    if (message->size_bytes() > most_bytes) return fail(ErrorCode::message_too_large);
  if (!sent.tail().empty()) return fail(ErrorCode::corrupt_message);
  if (auto checked = check_records(cluster, topic, records); checked.error != ErrorCode::none)
    return checked;
  int64_t now_ms = cluster.now_ms();
  std::string stored = convert(cluster, partition, records, now_ms);
  if (stored.empty()) return fail(ErrorCode::corrupt_message);
  AppendResult result;
  result.base_offset = partition.log().end_offset();
  if (timestamp_type(cluster, topic) == TimestampType::log_append)
    result.log_append_time_ms = now_ms;
  BatchReader batches(stored);
  while (auto batch = batches.next()) partition.append(batch->bytes());
  return result;
}

}  // namespace

AppendResult append_records(Cluster& cluster, Partition& partition, std::string_view records,
                            int16_t produce_version) {
  try {
    if (produce_version < kFirstWithBatches) return append_messages(cluster, partition, records);
    return append_batch(cluster, partition, records, produce_version);
  } catch (const DecodeError& error) {
    return fail(ErrorCode::corrupt_message, error.message());
  }
}

}  // namespace kt::sandbox
