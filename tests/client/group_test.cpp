#include <doctest/doctest.h>

#include <atomic>

#include "client/admin_groups.h"
#include "client/group_consumer.h"
#include "client/producer.h"
#include "protocol/msg/create_partitions.h"
#include "protocol/msg/offset_fetch.h"
#include "sandbox/sandbox.h"

using namespace kt;

namespace {

Deadline soon() { return Deadline(Milliseconds(20'000)); }

/// A sandbox with topic "t": records 0 to 9 in each of its partitions. Sessions are short.
struct Fixture {
  Sandbox sandbox;
  ClientOptions options;

  explicit Fixture(const std::string& as_version = {}, int32_t partitions = 4,
                   const std::string& session_timeout_ms = "300")
      : sandbox({.brokers = 1,
                 .as_version = as_version,
                 .configs = {{"group.min.session.timeout.ms", "1"},
                             {"group.consumer.heartbeat.interval.ms", "30"},
                             {"group.consumer.session.timeout.ms", session_timeout_ms}}}) {
    sandbox.create_topic("t", partitions);
    options.bootstrap = net::parse_host_ports(sandbox.bootstrap(), 9092);
    options.backoff = Milliseconds(5);
    Cluster cluster(options);
    Producer producer(cluster, {});
    int topic = producer.add_topic("t");
    for (int32_t partition = 0; partition < partitions; ++partition)
      for (int i = 0; i < 10; ++i) {
        RecordView record;
        record.value = "value";
        producer.append(topic, partition, record, {}, i);
      }
    producer.flush();
    REQUIRE(producer.acknowledged() == 10 * partitions);
  }

  static GroupOptions group(GroupOptions::Protocol protocol) {
    GroupOptions group;
    group.group = "g";
    group.topics = {"t"};
    group.protocol = protocol;
    group.start_time_ms = kEarliest;
    group.session_timeout = Milliseconds(300);
    group.heartbeat_interval = Milliseconds(30);
    group.rebalance_timeout = Milliseconds(5'000);
    group.commit_interval = Milliseconds(50);
    return group;
  }

  /// Partition → committed offset of group "g".
  std::map<int32_t, int64_t> committed() {
    Cluster cluster(options);
    CallOptions call;
    call.coordinator_of = "g";
    call.at_most = 5;
    auto reply = cluster.call_by_version<msg::OffsetFetchRequest>(
        [](int16_t) {
          msg::OffsetFetchRequest request;
          request.group_id = "g";
          auto& topic = request.topics.emplace().emplace_back();
          topic.name = "t";
          topic.partition_indexes = {0, 1, 2, 3};
          return request;
        },
        call);
    std::map<int32_t, int64_t> result;
    for (const auto& topic : reply->topics)
      for (const auto& partition : topic.partitions)
        if (partition.committed_offset >= 0)
          result[partition.partition_index] = partition.committed_offset;
    return result;
  }
};

/// Reads and reports done until `count` offsets were read; answers partition → where it goes on.
std::map<int32_t, int64_t> read(GroupConsumer& consumer, int64_t count) {
  std::map<int32_t, int64_t> positions;
  Deadline deadline = soon();
  while (count > 0 && !deadline.expired()) {
    auto chunk = consumer.next(Deadline(Milliseconds(50)));
    if (!chunk) continue;
    count -= chunk->next_offset - chunk->from_offset;
    positions[chunk->partition.partition] = chunk->next_offset;
    consumer.done(*chunk, chunk->next_offset);
  }
  CHECK(count == 0);
  return positions;
}

template <class Condition>
bool eventually(const Condition& condition) {
  Deadline deadline = soon();
  while (!condition()) {
    if (deadline.expired()) return false;
    Clock::system().sleep(Milliseconds(10));
  }
  return true;
}

/// Counts how often the membership reports a thing.
struct Events {
  std::atomic<int> taken = 0, given_up = 0, rejoined = 0;
  std::function<void(const std::string&)> log() {
    return [this](const std::string& sentence) {
      if (sentence.find("takes") != std::string::npos) ++taken;
      if (sentence.find("gives up") != std::string::npos) ++given_up;
      if (sentence.find("joining anew") != std::string::npos) ++rejoined;
    };
  }
};

const std::map<int32_t, int64_t> kAllDone{{0, 10}, {1, 10}, {2, 10}, {3, 10}};
constexpr auto kProtocols = {GroupOptions::Protocol::classic, GroupOptions::Protocol::consumer};

}  // namespace

TEST_CASE("a member reads everything, commits it, and its successor starts there") {
  for (auto protocol : kProtocols) {
    Fixture fixture;
    Cluster cluster(fixture.options);
    {
      GroupConsumer consumer(cluster, Fixture::group(protocol), {});
      CHECK(read(consumer, 40) == kAllDone);
      consumer.close();
    }
    CHECK(fixture.committed() == kAllDone);
    auto options = Fixture::group(protocol);
    options.stop_at_end = true;
    GroupConsumer consumer(cluster, options, {});
    CHECK_FALSE(consumer.next(soon()).has_value());
    CHECK(consumer.finished());
    consumer.close();
  }
}

TEST_CASE("old releases: groups work from 0.9 on, before that they are refused with the release") {
  Fixture fixture("0.9.0", 1);
  Cluster cluster(fixture.options);
  auto options = Fixture::group(GroupOptions::Protocol::automatic);
  options.assignors = {Assignor::range};
  {
    GroupConsumer consumer(cluster, options, {});
    read(consumer, 10);
    consumer.close();
  }
  CHECK(fixture.committed() == std::map<int32_t, int64_t>{{0, 10}});
  Fixture older("0.8.2", 1);
  Cluster old_cluster(older.options);
  GroupConsumer consumer(old_cluster, options, {});
  CHECK_THROWS_WITH_AS(consumer.next(soon()), doctest::Contains("ZooKeeper"), Error);
}

TEST_CASE("two members share the partitions, and who stays takes over from who leaves") {
  for (auto protocol : kProtocols) {
    Fixture fixture;
    Cluster cluster(fixture.options);
    Events first_events, second_events;
    auto options = Fixture::group(protocol);
    options.log = first_events.log();
    GroupConsumer first(cluster, options, {});
    read(first, 40);
    options.log = second_events.log();
    {
      GroupConsumer second(cluster, options, {});
      CHECK(eventually([&] { return first_events.given_up > 0 && second_events.taken > 0; }));
      // What the first had done was committed before it moved: nothing is read twice.
      CHECK_FALSE(second.next(Deadline(Milliseconds(100))).has_value());
      second.close();
    }
    CHECK(eventually([&] { return first_events.taken > 1; }));
    CHECK_FALSE(first.next(Deadline(Milliseconds(100))).has_value());
    first.close();
    CHECK(fixture.committed() == kAllDone);
  }
}

TEST_CASE("a static member that comes back within its session finds its partitions again") {
  for (auto protocol : kProtocols) {
    Fixture fixture({}, 4, "20000");
    Cluster cluster(fixture.options);
    Events other_events, back_events;
    auto options = Fixture::group(protocol);
    options.session_timeout = Milliseconds(20'000);
    options.log = other_events.log();
    GroupConsumer other(cluster, options, {});
    read(other, 40);
    options.instance_id = "i1";
    {
      Events events;
      options.log = events.log();
      GroupConsumer first(cluster, options, {});
      CHECK(eventually([&] { return other_events.given_up > 0 && events.taken > 0; }));
      first.close();
    }
    int taken_before = other_events.taken, given_up_before = other_events.given_up;
    options.log = back_events.log();
    GroupConsumer back(cluster, options, {});
    CHECK(eventually([&] { return back_events.taken > 0; }));
    CHECK(other_events.taken == taken_before);
    CHECK(other_events.given_up == given_up_before);
    back.close();
    other.close();
  }
}

TEST_CASE(
    "an instance id that another member holds: the end is not taken for reached, an error says "
    "why") {
  Fixture fixture({}, 4, "20000");
  Cluster cluster(fixture.options);
  auto options = Fixture::group(GroupOptions::Protocol::consumer);
  options.instance_id = "i1";
  GroupConsumer holder(cluster, options, {});
  read(holder, 40);
  options.stop_at_end = true;
  GroupConsumer second(cluster, options, {});
  try {
    while (second.next(Deadline(Milliseconds(10'000))) || !second.finished()) continue;
    FAIL("came to an end");
  } catch (const Error& error) {
    CHECK(error.message().find("UNRELEASED_INSTANCE_ID") != std::string::npos);
  }
}

TEST_CASE("heartbeats go on while the reader is held up for longer than the session timeout") {
  for (auto protocol : kProtocols) {
    Fixture fixture;
    Cluster cluster(fixture.options);
    Events events;
    auto options = Fixture::group(protocol);
    options.log = events.log();
    GroupConsumer consumer(cluster, options, {});
    auto chunk = consumer.next(soon());
    REQUIRE(chunk.has_value());
    Clock::system().sleep(Milliseconds(1'000));
    consumer.done(*chunk, chunk->next_offset);
    consumer.close();
    CHECK(events.taken == 1);
    CHECK(events.rejoined == 0);
    CHECK(fixture.committed().at(chunk->partition.partition) == 10);
  }
}

TEST_CASE("what was taken away while the reader was held up is not committed") {
  for (auto protocol : kProtocols) {
    Fixture fixture;
    Cluster cluster(fixture.options);
    Events events;
    auto options = Fixture::group(protocol);
    options.log = events.log();
    GroupConsumer consumer(cluster, options, {});
    std::vector<FetchedChunk> chunks;
    while (chunks.size() < 4) chunks.push_back(consumer.next(soon()).value());
    GroupConsumer other(cluster, Fixture::group(protocol), {});
    CHECK(eventually([&] { return events.given_up == 1; }));
    CHECK(other.next(soon()).has_value());  // the group has come to rest
    for (const auto& chunk : chunks) consumer.done(chunk, chunk.next_offset);
    consumer.close();
    auto committed = fixture.committed();
    int64_t done = 0;
    for (auto [partition, offset] : committed) done += offset == 10 ? 1 : 0;
    CHECK(done == 2);
  }
}

TEST_CASE("a member that the group has forgotten joins anew from what is committed") {
  Fixture fixture;
  Cluster cluster(fixture.options);
  Events events;
  auto options = Fixture::group(GroupOptions::Protocol::classic);
  options.log = events.log();
  GroupConsumer consumer(cluster, options, {});
  read(consumer, 40);
  CHECK(eventually([&] { return fixture.committed() == kAllDone; }));
  fixture.sandbox.fault("Heartbeat:UNKNOWN_MEMBER_ID:1");
  CHECK(eventually([&] { return events.taken == 2; }));
  CHECK_FALSE(consumer.next(Deadline(Milliseconds(100))).has_value());
  consumer.close();
}

TEST_CASE("partitions that are added to a topic are found and read") {
  Fixture fixture;
  Cluster cluster(fixture.options);
  Events events;
  auto options = Fixture::group(GroupOptions::Protocol::classic);
  options.metadata_interval = Milliseconds(30);
  options.log = events.log();
  GroupConsumer consumer(cluster, options, {});
  read(consumer, 40);
  msg::CreatePartitionsRequest request;
  request.timeout_ms = 5'000;
  auto& topic = request.topics.emplace_back();
  topic.name = "t";
  topic.count = 5;
  topic.assignments.reset();
  CHECK(cluster.call(request)->results.at(0).error_code == 0);
  CHECK(eventually([&] { return events.taken == 2; }));
  CHECK(events.given_up == 0);
  consumer.close();
}

TEST_CASE("a coordinator that loses its connections or is not ready is asked again") {
  for (auto protocol : kProtocols) {
    Fixture fixture;
    fixture.sandbox.fault("FindCoordinator:COORDINATOR_NOT_AVAILABLE:2");
    fixture.sandbox.fault("JoinGroup:drop:1");
    fixture.sandbox.fault("ConsumerGroupHeartbeat:NOT_COORDINATOR:1");
    fixture.sandbox.fault("OffsetFetch:COORDINATOR_LOAD_IN_PROGRESS:1");
    Cluster cluster(fixture.options);
    GroupConsumer consumer(cluster, Fixture::group(protocol), {});
    CHECK(read(consumer, 40) == kAllDone);
    consumer.close();
    CHECK(fixture.committed() == kAllDone);
  }
}

TEST_CASE("where the new protocol is not offered after all, the classic one is used") {
  Fixture fixture;
  fixture.sandbox.fault("ConsumerGroupHeartbeat:UNSUPPORTED_VERSION:1");
  Cluster cluster(fixture.options);
  GroupConsumer consumer(cluster, Fixture::group(GroupOptions::Protocol::automatic), {});
  CHECK(read(consumer, 40) == kAllDone);
  auto groups = list_groups(cluster).groups;
  REQUIRE(groups.size() == 1);
  CHECK(groups[0].type == "classic");
  consumer.close();
}

TEST_CASE("a group that refuses its member for good is an error of next()") {
  Fixture fixture;
  fixture.sandbox.fault("JoinGroup:GROUP_AUTHORIZATION_FAILED");
  Cluster cluster(fixture.options);
  GroupConsumer consumer(cluster, Fixture::group(GroupOptions::Protocol::classic), {});
  CHECK_THROWS_WITH_AS(consumer.next(soon()), doctest::Contains("GROUP_AUTHORIZATION_FAILED"),
                       Error);
}
