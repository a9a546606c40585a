// Reading and writing while brokers come and go.
#include <doctest/doctest.h>

#include "client/consumer.h"
#include "client/leaders.h"
#include "client/offsets.h"
#include "client/producer.h"
#include "protocol/msg/list_groups.h"
#include "sandbox/sandbox.h"
#include "support/options_for.h"

using namespace kt;

namespace {

void produce(Cluster& cluster, int count) {
  Producer producer(cluster, {});
  int topic = producer.add_topic("t");
  for (int i = 0; i < count; ++i) {
    RecordView record;
    record.value = "value";
    producer.append(topic, 0, record, {}, i);
  }
  producer.flush();
  CHECK(producer.acknowledged() == count);
}

int64_t read_to(Consumer& consumer, int64_t from, int64_t to) {
  Deadline deadline(Milliseconds(20'000));
  while (from < to) {
    auto chunk = consumer.next(deadline);
    if (!chunk) break;
    CHECK(chunk->from_offset == from);
    from = chunk->next_offset;
  }
  return from;
}

}  // namespace

TEST_CASE("a reader goes on without gap or repetition when its leader dies or leadership moves") {
  Sandbox sandbox({.brokers = 3});
  sandbox.create_topic("t", 1, 3);
  Cluster cluster(options_for(sandbox));
  produce(cluster, 10);
  Consumer consumer(cluster, {});
  consumer.assign({"t", 0}, 0);
  CHECK(read_to(consumer, 0, 10) == 10);
  int32_t leader = cluster.metadata_for({"t"})->partition("t", 0)->leader;
  sandbox.stop_broker(leader);
  produce(cluster, 10);
  CHECK(read_to(consumer, 10, 20) == 20);
  sandbox.start_broker(leader);
  sandbox.move_leader("t", 0, leader);
  produce(cluster, 10);
  CHECK(read_to(consumer, 20, 30) == 30);
}

TEST_CASE("a fan-out with a dead broker answers for the living ones") {
  Sandbox sandbox({.brokers = 3});
  sandbox.create_topic("t", 3, 1);
  Cluster cluster(options_for(sandbox));
  auto known = cluster.metadata_for({"t"});
  sandbox.stop_broker(2);
  auto replies = cluster.call_all_brokers(msg::ListGroupsRequest{});
  REQUIRE(replies.size() == 3);
  for (const auto& reply : replies) CHECK(reply.reply.has_value() == (reply.broker_id != 2));
  std::vector<OffsetQuery> queries;
  for (int32_t i = 0; i < 3; ++i) queries.push_back({{"t", i}, kLatest});
  for (const auto& answer : list_offsets(cluster, queries)) {
    bool was_on_dead = known->partition("t", answer.partition.partition)->leader == 2;
    CHECK((answer.error_code != 0) == was_on_dead);
  }
}

TEST_CASE(
    "requests are repeated where a broker drops the connection or answers too late to count") {
  Sandbox sandbox;
  sandbox.create_topic("t", 1);
  Cluster cluster(options_for(sandbox));
  produce(cluster, 5);
  sandbox.fault("Metadata:drop:2");
  sandbox.fault("ListOffsets:cut=7:1");
  CHECK(cluster.refresh({"t"})->topic("t")->error_code == 0);
  CHECK(list_offsets(cluster, {{{"t", 0}, kLatest}}).at(0).offset == 5);
}
