#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.h"
#include "protocol/errors.h"
#include "protocol/msg/add_partitions_to_txn.h"
#include "protocol/msg/end_txn.h"
#include "protocol/msg/fetch.h"
#include "protocol/msg/init_producer_id.h"
#include "protocol/msg/list_offsets.h"
#include "protocol/msg/produce.h"
#include "protocol/records/batch_builder.h"
#include "protocol/records/record_reader.h"
#include "sandbox/client.h"
#include "sandbox/sandbox.h"

using namespace kt;
using kt::test::Client;

namespace {

std::string batch(const std::vector<std::string>& values, BatchOptions options = {},
                  int64_t timestamp_ms = 1000) {
  BatchBuilder builder(options);
  for (const auto& value : values) builder.append(timestamp_ms++, "k", value);
  return std::string(builder.finish());
}

auto produce(Client& client, const std::string& records, int16_t version = 9,
             std::optional<std::string> transactional_id = {}) {
  msg::ProduceRequest request;
  request.acks = -1;
  request.timeout_ms = 1000;
  request.transactional_id = std::move(transactional_id);
  auto& topic = request.topic_data.emplace_back();
  topic.name = "t";
  topic.partition_data.push_back({.index = 0, .records = records});
  return client.ask(request, version).responses[0].partition_responses[0];
}

msg::FetchRequest fetch_request(int64_t offset, int8_t isolation = 0, int32_t max_wait_ms = 0) {
  msg::FetchRequest request;
  request.max_wait_ms = max_wait_ms;
  request.min_bytes = 1;
  request.isolation_level = isolation;
  auto& topic = request.topics.emplace_back();
  topic.topic = "t";
  auto& partition = topic.partitions.emplace_back();
  partition.fetch_offset = offset;
  partition.partition_max_bytes = 1 << 20;
  return request;
}

std::vector<std::string> values(std::string_view records, int64_t from = 0) {
  std::vector<std::string> found;
  RecordReader reader(records, {.from_offset = from});
  while (const RecordView* record = reader.next()) found.emplace_back(*record->value);
  return found;
}

using Strings = std::vector<std::string>;

}  // namespace

TEST_CASE("what is produced is fetched, by new clients and by old ones") {
  Sandbox sandbox;
  sandbox.create_topic("t", 1);
  Client client(sandbox.bootstrap());
  CHECK(produce(client, batch({"a", "b"})).base_offset == 0);
  CHECK(produce(client, batch({"c"}, {.compression = {Codec::zstd}})).base_offset == 2);
  auto reply = client.ask(fetch_request(1), 12);
  auto& partition = reply.responses[0].partitions[0];
  CHECK(partition.high_watermark == 3);
  CHECK(values(*partition.records, 1) == Strings{"b", "c"});
}

TEST_CASE("an old broker stores messages of its day and gives them to its clients") {
  for (const char* release : {"0.8.0", "0.9.0", "0.10.2", "0.11", "2.8.2"}) {
    CAPTURE(release);
    Sandbox sandbox({.as_version = release});
    sandbox.create_topic("t", 1);
    Client client(sandbox.bootstrap());
    CHECK(produce(client, batch({"a", "b"}, {.magic = 0}), 0).base_offset == 0);
    CHECK(produce(client, batch({"c", "d"}, {.magic = 0, .compression = {Codec::gzip}}), 0)
              .base_offset == 2);
    auto reply = client.ask(fetch_request(0), 0);
    std::string_view records = *reply.responses[0].partitions[0].records;
    CHECK(BatchReader(records).next()->magic() == 0);
    CHECK(values(records) == Strings{"a", "b", "c", "d"});
  }
}

TEST_CASE("damaged records are refused, not stored") {
  Sandbox sandbox;
  sandbox.create_topic("t", 1);
  Client client(sandbox.bootstrap());
  std::string damaged = batch({"a"});
  damaged.back() ^= 1;
  CHECK(produce(client, damaged).error_code == ErrorCode::corrupt_message);
  CHECK(produce(client, batch({"a"}) + batch({"b"})).error_code == ErrorCode::invalid_record);
  CHECK(produce(client, "short").error_code == ErrorCode::corrupt_message);
  CHECK(produce(client, batch({std::string(2 << 20, 'x')})).error_code ==
        ErrorCode::message_too_large);
  CHECK(produce(client, batch({"a"})).base_offset == 0);
}

TEST_CASE("a fetch waits for data, then comes at once") {
  Sandbox sandbox;
  sandbox.create_topic("t", 1);
  Client reader(sandbox.bootstrap());
  Client writer(sandbox.bootstrap());
  reader.send_request(fetch_request(0, 0, 15'000), 12);
  produce(writer, batch({"a"}));
  auto reply = reader.receive_response<msg::FetchRequest>(12);
  CHECK(values(*reply.responses[0].partitions[0].records) == Strings{"a"});
}

TEST_CASE("a fetch session tells only what is new") {
  Sandbox sandbox;
  sandbox.create_topic("t", 1);
  Client client(sandbox.bootstrap());
  auto request = fetch_request(0);
  request.session_epoch = 0;
  auto opened = client.ask(request, 12);
  REQUIRE(opened.session_id != 0);
  CHECK(opened.responses.size() == 1);
  msg::FetchRequest next;
  next.session_id = opened.session_id;
  next.session_epoch = 1;
  CHECK(client.ask(next, 12).responses.empty());
  Client writer(sandbox.bootstrap());
  produce(writer, batch({"a"}));
  next.session_epoch = 2;
  CHECK(client.ask(next, 12).responses.size() == 1);
  CHECK(client.ask(next, 12).error_code == ErrorCode::invalid_fetch_session_epoch);
}

TEST_CASE("an idempotent producer's retry is answered, not stored twice") {
  Sandbox sandbox;
  sandbox.create_topic("t", 1);
  Client client(sandbox.bootstrap());
  auto producer = client.ask(msg::InitProducerIdRequest{.transactional_id = std::nullopt}, 4);
  BatchOptions options{.producer_id = producer.producer_id,
                       .producer_epoch = producer.producer_epoch,
                       .base_sequence = 0};
  CHECK(produce(client, batch({"a"}, options)).base_offset == 0);
  CHECK(produce(client, batch({"a"}, options)).base_offset == 0);
  options.base_sequence = 5;
  CHECK(produce(client, batch({"b"}, options)).error_code ==
        ErrorCode::out_of_order_sequence_number);
  options.base_sequence = 1;
  CHECK(produce(client, batch({"b"}, options)).base_offset == 1);
}

TEST_CASE("a transaction is seen when it is committed, never when aborted") {
  Sandbox sandbox({.brokers = 1, .as_version = "3.9.1"});
  sandbox.create_topic("t", 1);
  Client client(sandbox.bootstrap());
  msg::InitProducerIdRequest init;
  init.transactional_id = "tx";
  init.transaction_timeout_ms = 60'000;
  auto producer = client.ask(init, 4);
  REQUIRE(producer.error_code == 0);
  int32_t sequence = 0;
  auto write = [&](const std::string& value) {
    msg::AddPartitionsToTxnRequest add;
    add.v3_and_below_transactional_id = "tx";
    add.v3_and_below_producer_id = producer.producer_id;
    add.v3_and_below_producer_epoch = producer.producer_epoch;
    add.v3_and_below_topics.push_back({.name = "t", .partitions = {0}});
    CHECK(client.ask(add, 3)
              .results_by_topic_v3_and_below[0]
              .results_by_partition[0]
              .partition_error_code == 0);
    BatchOptions options{.producer_id = producer.producer_id,
                         .producer_epoch = producer.producer_epoch,
                         .base_sequence = sequence++,
                         .transactional = true};
    // As late as the markers, or the log would roll in between.
    int64_t now_ms = Clock::system().wall_ms();
    CHECK(produce(client, batch({value}, options, now_ms), 9, "tx").error_code == 0);
  };
  auto end = [&](bool commit) {
    msg::EndTxnRequest request;
    request.transactional_id = "tx";
    request.producer_id = producer.producer_id;
    request.producer_epoch = producer.producer_epoch;
    request.committed = commit;
    return client.ask(request, 3).error_code;
  };
  auto committed = [&] { return client.ask(fetch_request(0, 1), 12).responses[0].partitions[0]; };

  write("a");
  CHECK(committed().records->empty());
  CHECK(committed().last_stable_offset == 0);
  CHECK(end(true) == 0);
  CHECK(values(*committed().records) == Strings{"a"});
  write("b");
  CHECK(end(false) == 0);
  auto reply = committed();
  REQUIRE(reply.aborted_transactions->size() == 1);
  CHECK(reply.aborted_transactions->front().first_offset == 2);
  CHECK(end(true) == ErrorCode::invalid_txn_state);

  auto fencing = client.ask(init, 4);
  CHECK(fencing.producer_id == producer.producer_id);
  CHECK(fencing.producer_epoch == producer.producer_epoch + 1);
  CHECK(end(false) == ErrorCode::producer_fenced);
}

TEST_CASE("offsets are found by time") {
  Sandbox sandbox;
  sandbox.create_topic("t", 1);
  Client client(sandbox.bootstrap());
  produce(client, batch({"a", "b", "c"}, {}, 5000));
  auto offset_at = [&](int64_t timestamp) {
    msg::ListOffsetsRequest request;
    request.topics.emplace_back().name = "t";
    request.topics[0].partitions.push_back({.partition_index = 0, .timestamp = timestamp});
    return client.ask(request, 7).topics[0].partitions[0].offset;
  };
  CHECK(offset_at(5001) == 1);
  CHECK(offset_at(9000) == -1);
  CHECK(offset_at(-1) == 3);
  CHECK(offset_at(-2) == 0);
  CHECK(offset_at(-3) == 2);
}

TEST_CASE("a data directory keeps topics and records, for one process at a time") {
  auto directory =
      std::filesystem::temp_directory_path() / ("kt-sandbox-test-" + std::to_string(getpid()));
  std::filesystem::remove_all(directory);
  {
    Sandbox sandbox({.data_dir = directory});
    sandbox.create_topic("t", 1);
    Client client(sandbox.bootstrap());
    produce(client, batch({"a"}));
    CHECK_THROWS_AS(Sandbox({.data_dir = directory}), Error);
  }
  {
    Sandbox sandbox({.data_dir = directory});
    Client client(sandbox.bootstrap());
    CHECK(produce(client, batch({"b"})).base_offset == 1);
    CHECK(values(*client.ask(fetch_request(0), 12).responses[0].partitions[0].records) ==
          Strings{"a", "b"});
  }
  std::filesystem::remove_all(directory);
}
