// Appends record batches. acks=0 is not answered; if such a request fails, the connection closes
// instead.
#include "protocol/msg/produce.h"

#include "protocol/records/batch.h"
#include "sandbox/append.h"
#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

using Answer = msg::ProduceResponse::Response::PartitionResponse;

/// From v12 (transaction version 2) writing to a partition is what adds it to the transaction.
ErrorCode check_transaction(Call& call, const msg::ProduceRequest& request,
                            const Partition& partition, std::string_view records) {
  constexpr int16_t kFirstThatAdds = 12;
  Transactions& transactions = call.cluster.transactions();
  TopicPartition key{partition.topic().name, partition.index()};
  if (records.size() < batch_layout::kHeaderBytes) return ErrorCode::corrupt_message;
  BatchView batch(records);
  if (!batch.transactional()) return ErrorCode::none;
  auto refused =
      transactions.check(*request.transactional_id, {batch.producer_id(), batch.producer_epoch()});
  if (refused == ErrorCode::producer_fenced) return ErrorCode::invalid_producer_epoch;
  if (refused != ErrorCode::none) return refused;
  if (call.version >= kFirstThatAdds) transactions.add(*request.transactional_id, key);
  return transactions.has(*request.transactional_id, key) ? ErrorCode::none
                                                          : ErrorCode::invalid_txn_state;
}

Answer produce(Call& call, const msg::ProduceRequest& request, Topic* topic,
               const std::string& name, const msg::ProduceRequest::TopicData::PartitionData& data) {
  Answer answer;
  answer.index = data.index;
  answer.base_offset = -1;
  Found found = topic ? find_led(call, topic, data.index) : find_led(call, name, data.index);
  if (!topic && call.version >= 13 && call.injected_error == 0)
    found.error = ErrorCode::unknown_topic_id;
  if (request.transactional_id) {
    auto denied = check_right(call, AclResource::transactional_id, *request.transactional_id);
    if (denied != ErrorCode::none) found.error = denied;
  }
  if (request.acks < -1 || request.acks > 1) found.error = ErrorCode::invalid_required_acks;
  if (found.error == ErrorCode::none && request.acks == -1) {
    auto needed = call.cluster.number_setting(*topic, "min.insync.replicas");
    if (static_cast<int64_t>(found.partition->isr.size()) < needed)
      found.error = ErrorCode::not_enough_replicas;
  }
  if (found.error == ErrorCode::none && request.transactional_id)
    found.error = check_transaction(call, request, *found.partition, data.records.value_or(""));
  if (found.error != ErrorCode::none) {
    answer.error_code = number(found.error);
    return answer;
  }
  auto result =
      append_records(call.cluster, *found.partition, data.records.value_or(""), call.version);
  answer.error_code = number(result.error);
  if (!result.message.empty()) answer.error_message = result.message;
  for (int32_t place : result.bad_records)
    answer.record_errors.push_back(
        {.batch_index = place, .batch_index_error_message = result.message});
  answer.base_offset = result.base_offset;
  answer.log_append_time_ms = result.log_append_time_ms;
  if (result.error == ErrorCode::none)
    answer.log_start_offset = found.partition->log().start_offset();
  return answer;
}

void handle(Call& call, const msg::ProduceRequest& request, Reply<msg::ProduceRequest> reply) {
  msg::ProduceResponse response;
  bool failed = false;
  for (const auto& data : request.topic_data) {
    Topic* topic =
        call.version >= 13 ? call.cluster.topic(data.topic_id) : call.cluster.topic(data.name);
    auto& answers = response.responses.emplace_back();
    answers.name = data.name;
    answers.topic_id = data.topic_id;
    for (const auto& partition : data.partition_data) {
      answers.partition_responses.push_back(produce(call, request, topic, data.name, partition));
      failed |= answers.partition_responses.back().error_code != 0;
    }
  }
  if (request.acks != 0) return reply(response);
  if (failed) return call.connection->close();
  call.connection->skip_reply();
}

}  // namespace

Handler produce_handler() { return delayed<msg::ProduceRequest, handle>(); }

}  // namespace kt::sandbox
