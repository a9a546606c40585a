// On a clock that moves only when told to: the cluster's loop is run until what is due has been
// done.
#include <doctest/doctest.h>

#include "base/clock.h"
#include "protocol/records/batch_builder.h"
#include "sandbox/cluster.h"
#include "sandbox/groups.h"
#include "sandbox/transactions.h"

using namespace kt;
using namespace kt::sandbox;

namespace {

constexpr int64_t kStartMs = 1'700'000'000'000;
constexpr Milliseconds kMinute{60'000}, kHour{3'600'000};

struct Fixture {
  FakeClock clock{kStartMs};
  EventLoop loop{clock};
  Cluster cluster{
      loop,
      {.configs = {{"offsets.retention.minutes", "60"}, {"producer.id.expiration.ms", "7200000"}}}};

  void pass(Milliseconds time) {
    clock.advance(time);
    loop.stop();
    loop.run();
  }
  Group& commit(const std::string& id, const std::string& topic) {
    Group& group = cluster.groups().get_or_create(id);
    cluster.groups().commit(group, {topic, 0},
                            {.offset = 7, .commit_timestamp_ms = cluster.now_ms()});
    return group;
  }
};

}  // namespace

TEST_CASE(
    "offsets that nobody uses go after their retention, and the group with the last of them") {
  Fixture test;
  test.commit("g", "a");
  test.pass(40 * kMinute);
  test.commit("g", "b");
  test.pass(19 * kMinute);
  CHECK(test.cluster.groups().find("g")->offsets.size() == 2);
  test.pass(11 * kMinute);  // the next look comes every ten minutes
  REQUIRE(test.cluster.groups().find("g"));
  CHECK(test.cluster.groups().find("g")->offsets.contains({"b", 0}));
  CHECK(test.cluster.groups().find("g")->offsets.size() == 1);
  int64_t records = test.cluster.group_partition("g").log().end_offset();
  test.pass(40 * kMinute);
  CHECK(test.cluster.groups().find("g") == nullptr);
  // One tombstone says so to who reads the topic.
  CHECK(test.cluster.group_partition("g").log().end_offset() == records + 1);
}

TEST_CASE("offsets of an open transaction stay") {
  Fixture test;
  Group& group = test.commit("g", "a");
  test.cluster.groups().commit_in_transaction(group, {1, 0}, {"a", 0}, {.offset = 9});
  test.pass(5 * kHour);
  REQUIRE(test.cluster.groups().find("g"));
  CHECK(group.offsets.contains({"a", 0}));
  test.cluster.groups().end_transaction(group, 1, false);
  test.pass(kHour);
  CHECK(test.cluster.groups().find("g") == nullptr);
}

TEST_CASE("a commit that names its own retention is kept for that long") {
  Fixture test;
  Group& group = test.cluster.groups().get_or_create("g");
  auto commit = [&](const char* topic, Milliseconds retention) {
    test.cluster.groups().commit(group, {topic, 0},
                                 {.offset = 1,
                                  .commit_timestamp_ms = test.cluster.now_ms(),
                                  .expires_ms = test.cluster.now_ms() + retention.count()});
  };
  commit("short", 5 * kMinute);
  commit("long", 3 * kHour);
  test.pass(10 * kMinute);
  CHECK_FALSE(group.offsets.contains({"short", 0}));
  test.pass(2 * kHour);
  CHECK(group.offsets.contains({"long", 0}));
  test.pass(kHour);
  CHECK(test.cluster.groups().find("g") == nullptr);
}

TEST_CASE("transactional ids go after their expiration, those with an open transaction not") {
  Fixture test;
  auto& transactions = test.cluster.transactions();
  constexpr int32_t kTimeoutMs = 900'000;  // what is open at its end is aborted: a step, too
  transactions.initialise("idle", kTimeoutMs, {});
  test.pass(100 * kHour);
  CHECK(transactions.find("idle"));
  transactions.initialise("busy", kTimeoutMs, {});
  test.pass(69 * kHour);  // seven days and an hour after the first
  CHECK(transactions.find("idle") == nullptr);
  REQUIRE(transactions.find("busy"));
  transactions.add("busy", {"t", 0});
  test.pass(kMinute);
  CHECK(transactions.find("busy")->state == Transaction::State::ongoing);
}

TEST_CASE("producers that were silent for long are forgotten, those with an open transaction not") {
  Fixture test;
  Topic& topic = test.cluster.create_topic("t", {{1}});
  Partition& partition = *topic.partitions.front();
  auto write = [&](int64_t producer_id, bool transactional) {
    BatchBuilder builder({.base_offset = partition.log().end_offset(),
                          .producer_id = producer_id,
                          .producer_epoch = 0,
                          .base_sequence = 0,
                          .transactional = transactional});
    builder.append(test.cluster.now_ms(), std::nullopt, "v");
    partition.append(builder.finish());
  };
  write(1, false);
  write(2, true);
  test.pass(kHour);
  CHECK(partition.producers().all().size() == 2);
  write(3, false);
  test.pass(kHour + 10 * kMinute);
  const auto& left = partition.producers().all();
  CHECK(left.size() == 2);
  CHECK(left.contains(2));
  CHECK(left.contains(3));
}
