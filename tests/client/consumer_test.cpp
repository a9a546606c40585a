#include "client/consumer.h"

#include <doctest/doctest.h>

#include <atomic>

#include "client/offsets.h"
#include "net/error.h"
#include "protocol/msg/list_offsets.h"
#include "support/fake_broker.h"

using namespace kt;
using kt::test::FakeBroker;

namespace {

/// A batch v2 without records: its header says that it covers these offsets.
std::string batch(int64_t base_offset, int32_t count, size_t payload_bytes = 10) {
  std::string bytes;
  ByteWriter out(bytes);
  out.integer(base_offset);
  out.integer(static_cast<int32_t>(49 + payload_bytes));
  out.integer(int32_t{5});  // leader epoch
  out.integer(int8_t{2});
  out.bytes(std::string(6, '\0'));
  out.integer(count - 1);
  out.bytes(std::string(34 + payload_bytes, '\0'));
  return bytes;
}

/// One broker that leads partition 0 of "t" with offsets 0 to 99 in batches of 10. Its session
/// remembers what was asked last.
struct Log {
  std::atomic<int> requests = 0;
  std::atomic<int64_t> first_offset = 0;

  msg::FetchResponse answer(const msg::FetchRequest& request, int16_t version) {
    // Every connection has a thread and a session of its own; readers may overlap.
    thread_local std::vector<msg::FetchRequest::Topic> asked_last;
    thread_local std::string bytes;
    ++requests;
    msg::FetchResponse response;
    if (version >= 7) response.session_id = request.session_id == 0 ? 77 : request.session_id;
    if (!request.topics.empty()) asked_last = request.topics;
    if (asked_last.empty() || !request.forgotten_topics_data.empty()) return response;
    auto& topic = response.responses.emplace_back();
    topic.topic = asked_last[0].topic;
    const auto& asked = asked_last[0].partitions[0];
    auto& partition = topic.partitions.emplace_back();
    partition.partition_index = asked.partition;
    partition.high_watermark = 100;
    if (asked.fetch_offset > 100 || asked.fetch_offset < first_offset) {
      partition.error_code = 1;
      return response;
    }
    // Two batches at a time, as a broker would: from the one that holds the offset.
    bytes.clear();
    for (int64_t base = asked.fetch_offset / 10 * 10; base < 100 && bytes.size() < 100; base += 10)
      bytes += batch(base, 10);
    bytes += batch(100, 10).substr(0, 30);
    partition.records = bytes;
    return response;
  }
};

struct Fixture {
  FakeBroker broker;
  Log log;
  ClientOptions options;

  explicit Fixture(int16_t fetch_version = 12) {
    broker.speaks({FakeBroker::range(1, 0, fetch_version), FakeBroker::range(2, 0, 5),
                   FakeBroker::range(3, 0, 9)});
    broker.on<msg::MetadataRequest>([this](const auto&, int16_t) {
      msg::MetadataResponse response;
      auto& node = response.brokers.emplace_back();
      node.node_id = 1;
      node.host = "127.0.0.1";
      node.port = broker.port();
      response.topics.emplace_back().name = "t";
      auto& partition = response.topics[0].partitions.emplace_back();
      partition.leader_id = 1;
      return response;
    });
    broker.on<msg::FetchRequest>([this](const msg::FetchRequest& request, int16_t version) {
      return log.answer(request, version);
    });
    broker.on<msg::ListOffsetsRequest>([](const msg::ListOffsetsRequest& request, int16_t) {
      msg::ListOffsetsResponse response;
      auto& topic = response.topics.emplace_back();
      topic.name = request.topics.at(0).name;
      auto& partition = topic.partitions.emplace_back();
      partition.offset = request.topics[0].partitions[0].timestamp == kEarliest ? 50 : 100;
      return response;
    });
    options.bootstrap = {{"127.0.0.1", broker.port()}};
    options.timeout = Milliseconds(10'000);
    options.backoff = Milliseconds(1);
  }
};

/// These records of partition 0 of "t"; they must outlive the answer.
msg::FetchResponse answer_with(std::string_view records) {
  msg::FetchResponse response;
  auto& topic = response.responses.emplace_back();
  topic.topic = "t";
  topic.partitions.emplace_back().records = records;
  return response;
}

Deadline soon() { return Deadline(Milliseconds(10'000)); }

/// Reads to the end; the offsets must follow each other.
int64_t read_all(Consumer& consumer, int64_t from) {
  while (auto chunk = consumer.next(soon())) {
    CHECK(chunk->from_offset == from);
    from = chunk->next_offset;
  }
  return from;
}

}  // namespace

TEST_CASE("where a fetched range ends: whole batches count, a cut-off one and padding do not") {
  auto end = find_range_end(batch(5, 10) + batch(20, 1) + batch(21, 1).substr(0, 40));
  CHECK(end.next_offset == 21);
  CHECK(end.leader_epoch == 5);
  CHECK(end.whole_bytes == batch(5, 10).size() + batch(20, 1).size());
  CHECK(find_range_end(batch(5, 10).substr(0, 70)).next_offset == -1);
  // What 2.0 and later put behind messages that they converted down.
  std::string padding(17, '\0');
  ByteWriter(padding).integer(int8_t{0});
  store_big_endian(padding.data(), int64_t{-1});
  store_big_endian(padding.data() + 8, int32_t{1'000});
  CHECK(find_range_end(padding).next_offset == -1);
}

TEST_CASE(
    "a partition is read from an offset to its end, with and without sessions and topic ids") {
  for (int16_t version : {3, 6, 12}) {
    CAPTURE(version);
    Fixture fixture(version);
    Cluster cluster(fixture.options);
    Consumer consumer(cluster, {});
    consumer.assign({"t", 0}, 7, 95);
    CHECK(read_all(consumer, 7) == 100);
    CHECK(consumer.finished());
  }
}

TEST_CASE("a partition that is empty from its start to its end is finished at once") {
  Fixture fixture;
  Cluster cluster(fixture.options);
  Consumer consumer(cluster, {});
  consumer.assign({"t", 0}, 50, 50);
  CHECK_FALSE(consumer.next(soon()).has_value());
  CHECK(consumer.finished());
}

TEST_CASE("a batch above the fetch size is asked for in twice the size, until it comes whole") {
  for (int16_t version : {2, 12}) {
    CAPTURE(version);
    Fixture fixture(version);
    std::vector<int32_t> asked;
    std::string bytes;
    int32_t most = 0;
    fixture.broker.on<msg::FetchRequest>([&](const msg::FetchRequest& request, int16_t) {
      // As brokers before 0.10.1 cut it. A session need not name a partition that stays as it was.
      if (!request.topics.empty()) {
        most = request.topics[0].partitions[0].partition_max_bytes;
        asked.push_back(most);
      }
      bytes = batch(0, 100, 5000).substr(0, static_cast<size_t>(most));
      auto response = answer_with(bytes);
      if (version >= 7) response.session_id = 77;
      return response;
    });
    Cluster cluster(fixture.options);
    ConsumerOptions options;
    options.partition_max_bytes = options.partition_most_bytes = 1000;
    Consumer consumer(cluster, options);
    consumer.assign({"t", 0}, 0, 100);
    CHECK(read_all(consumer, 0) == 100);
    CHECK(asked == std::vector<int32_t>{1000, 2000, 4000, 8000});
  }
}

TEST_CASE("answers that are full let more be asked for, up to a limit") {
  Fixture fixture(2);
  std::vector<int32_t> asked;
  std::string bytes;
  fixture.broker.on<msg::FetchRequest>([&](const msg::FetchRequest& request, int16_t) {
    const auto& partition = request.topics.at(0).partitions.at(0);
    asked.push_back(partition.partition_max_bytes);
    bytes = batch(partition.fetch_offset, 10, static_cast<size_t>(asked.back()) - 100);
    return answer_with(bytes);
  });
  Cluster cluster(fixture.options);
  ConsumerOptions options;
  options.partition_max_bytes = 1000;
  options.partition_near_bytes = options.partition_most_bytes = 4000;
  Consumer consumer(cluster, options);
  consumer.assign({"t", 0}, 0, 50);
  CHECK(read_all(consumer, 0) == 50);
  CHECK(asked == std::vector<int32_t>{1000, 2000, 4000, 4000, 4000});
}

TEST_CASE("a full queue holds fetching back") {
  Fixture fixture;
  Cluster cluster(fixture.options);
  ConsumerOptions options;
  options.queue_bytes = 1;
  Consumer consumer(cluster, options);
  consumer.assign({"t", 0}, 0, 100);
  REQUIRE(consumer.next(soon()).has_value());
  CHECK(fixture.log.requests <= 4);
  CHECK(read_all(consumer, 20) == 100);
}

TEST_CASE("what is held is counted until nobody looks at it, and few free buffers are kept") {
  auto pool = std::make_shared<BufferPool>(1'000);
  auto answer_of = [&](size_t size_bytes) {
    Reply<msg::FetchResponse> reply;
    reply.frame.bytes.resize(size_bytes);
    return std::make_shared<FetchAnswer>(std::move(reply), pool);
  };
  auto one = answer_of(600), other = answer_of(700);
  auto looks_on = one;
  CHECK(pool->held_bytes() == 1'300);
  one.reset();
  CHECK(pool->held_bytes() == 1'300);
  looks_on.reset();
  other.reset();
  CHECK(pool->held_bytes() == 0);
  auto buffer = pool->take();
  CHECK(buffer.capacity() >= 600);
  CHECK(pool->take().capacity() == 0);  // the second was above the limit
  buffer.resize(1);
  Reply<msg::FetchResponse> small;
  small.frame.bytes = std::move(buffer);
  FetchAnswer filled_again(std::move(small), pool);
  CHECK(pool->held_bytes() >= 600);
}

TEST_CASE("what was fetched for an assignment that is gone does not come out") {
  Fixture fixture;
  Cluster cluster(fixture.options);
  Consumer consumer(cluster, {});
  consumer.assign({"t", 0}, 0);
  REQUIRE(consumer.next(soon()).has_value());
  consumer.assign({"t", 0}, 60, 80);
  CHECK(read_all(consumer, 60) == 80);
  consumer.unassign({"t", 0});
  CHECK_FALSE(consumer.next(Deadline(Milliseconds(50))).has_value());
  CHECK_FALSE(consumer.finished());
}

TEST_CASE("an offset out of range is an error, or the first or last one where allowed") {
  Fixture fixture;
  fixture.log.first_offset = 50;
  Cluster cluster(fixture.options);
  {
    Consumer consumer(cluster, {});
    consumer.assign({"t", 0}, 7, 100);
    CHECK_THROWS_WITH_AS(consumer.next(soon()), doctest::Contains("offsets 50 to 100"), Error);
  }
  ConsumerOptions options;
  options.out_of_range = ConsumerOptions::OutOfRange::earliest;
  std::atomic<int> warnings = 0;
  options.warn = [&](const std::string&) { ++warnings; };
  Consumer consumer(cluster, options);
  consumer.assign({"t", 0}, 7, 100);
  CHECK(read_all(consumer, 50) == 100);
  CHECK(warnings == 1);
  options.out_of_range = ConsumerOptions::OutOfRange::latest;
  Consumer from_end(cluster, options);
  from_end.assign({"t", 0}, 7, 100);
  CHECK(read_all(from_end, -1) == -1);
  CHECK(from_end.finished());
}

TEST_CASE("a connection lost and a leader that has moved are followed without a gap") {
  Fixture fixture;
  std::atomic<int> fetches = 0;
  std::string records;
  fixture.broker.on_raw(
      1, [&](std::string_view body, int16_t version) -> std::optional<std::string> {
        int fetch = ++fetches;
        if (fetch == 3) return std::nullopt;
        auto response = fixture.log.answer(decode<msg::FetchRequest>(body, version), version);
        if (fetch == 5 && !response.responses.empty()) {
          response.responses[0].partitions[0].error_code = 6;
          response.responses[0].partitions[0].records.reset();
        }
        std::string out;
        encode(out, response, version);
        return out;
      });
  Cluster cluster(fixture.options);
  Consumer consumer(cluster, {});
  consumer.assign({"t", 0}, 0, 100);
  CHECK(read_all(consumer, 0) == 100);
}

TEST_CASE("a session that is lost is opened anew; a broker that refuses all ends in time") {
  Fixture fixture;
  std::atomic<int> fetches = 0;
  std::atomic<bool> refuses = false;
  fixture.broker.on<msg::FetchRequest>([&](const msg::FetchRequest& request, int16_t version) {
    if (++fetches != 2 && !refuses) return fixture.log.answer(request, version);
    msg::FetchResponse response;
    response.error_code = 70;
    return response;
  });
  fixture.options.timeout = Milliseconds(300);
  Cluster cluster(fixture.options);
  {
    Consumer consumer(cluster, {});
    consumer.assign({"t", 0}, 0, 100);
    CHECK(read_all(consumer, 0) == 100);
  }
  refuses = true;
  fetches = 0;
  Consumer consumer(cluster, {});
  consumer.assign({"t", 0}, 0, 100);
  CHECK_THROWS_WITH_AS(consumer.next(soon()),
                       "broker 1 refuses to be read from: FETCH_SESSION_ID_NOT_FOUND: the broker "
                       "has dropped the fetch session",
                       Error);
  CHECK(fetches < 1'000);
}

TEST_CASE("a leader that names a nearer replica is left for it, though it leads nothing itself") {
  Fixture fixture;
  FakeBroker follower;
  std::atomic<int> asked_of_leader = 0;
  std::string rack;
  fixture.broker.on<msg::MetadataRequest>([&](const auto&, int16_t) {
    msg::MetadataResponse response;
    for (int32_t id : {1, 2}) {
      auto& node = response.brokers.emplace_back();
      node.node_id = id;
      node.host = "127.0.0.1";
      node.port = id == 1 ? fixture.broker.port() : follower.port();
    }
    response.topics.emplace_back().name = "t";
    response.topics[0].partitions.emplace_back().leader_id = 1;
    return response;
  });
  fixture.broker.on<msg::FetchRequest>([&](const msg::FetchRequest& request, int16_t) {
    ++asked_of_leader;
    rack = request.rack_id;
    msg::FetchResponse response;
    response.session_id = 5;
    auto& topic = response.responses.emplace_back();
    topic.topic = "t";
    topic.partitions.emplace_back().preferred_read_replica = 2;
    return response;
  });
  follower.speaks({FakeBroker::range(1, 0, 12), FakeBroker::range(3, 0, 9)});
  follower.on<msg::FetchRequest>([&](const msg::FetchRequest& request, int16_t version) {
    return fixture.log.answer(request, version);
  });
  fixture.options.rack = "r2";
  Cluster cluster(fixture.options);
  Consumer consumer(cluster, {});
  consumer.assign({"t", 0}, 0, 100);
  CHECK(read_all(consumer, 0) == 100);
  CHECK(asked_of_leader == 1);
  CHECK(rack == "r2");
}

TEST_CASE("a log that was truncated below what was read is noticed") {
  Fixture fixture;
  fixture.broker.on<msg::FetchRequest>([&](const msg::FetchRequest& request, int16_t version) {
    auto response = fixture.log.answer(request, version);
    if (!request.topics.empty() && request.topics[0].partitions[0].last_fetched_epoch == 5) {
      auto& partition = response.responses[0].partitions[0];
      partition.records.reset();
      partition.diverging_epoch.epoch = 4;
      partition.diverging_epoch.end_offset = 15;
    }
    return response;
  });
  Cluster cluster(fixture.options);
  Consumer consumer(cluster, {});
  consumer.assign({"t", 0}, 0, 100);
  REQUIRE(consumer.next(soon()).has_value());
  CHECK_THROWS_WITH_AS(consumer.next(soon()), doctest::Contains("truncated"), Error);
}

TEST_CASE("a partition that does not exist is an error within the time limit") {
  Fixture fixture;
  fixture.options.timeout = Milliseconds(500);
  Cluster cluster(fixture.options);
  Consumer consumer(cluster, {});
  consumer.assign({"t", 9}, 0, 100);
  CHECK_THROWS_WITH_AS(consumer.next(soon()), doctest::Contains("t-9"), Error);
}

TEST_CASE("offsets are asked for in any number, several times for one partition too") {
  Fixture fixture;
  Cluster cluster(fixture.options);
  auto answers =
      list_offsets(cluster, {{{"t", 0}, kLatest}, {{"t", 0}, kEarliest}, {{"absent", 0}, kLatest}});
  REQUIRE(answers.size() == 3);
  CHECK(answers[0].offset == 100);
  CHECK(answers[1].offset == 50);
  CHECK(answers[2].error_code == 3);
}
