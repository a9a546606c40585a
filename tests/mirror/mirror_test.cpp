// Whole mirrors between two sandboxes: what arrives, and what becomes of it when things break.
#include "mirror/mirror.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "client/offsets.h"
#include "client/producer.h"
#include "mirror/records_left.h"
#include "mirror/share.h"
#include "mirror/translate.h"
#include "mirror/verify.h"
#include "protocol/msg/delete_records.h"
#include "protocol/msg/produce.h"
#include "protocol/records/record_reader.h"
#include "sandbox/cluster.h"
#include "sandbox/sandbox.h"

using namespace kt;
using namespace kt::mirror;

namespace {

ClientOptions options_for(const Sandbox& sandbox) {
  ClientOptions options;
  options.bootstrap = net::parse_host_ports(sandbox.bootstrap(), 9092);
  options.backoff = Milliseconds(5);
  options.max_backoff = Milliseconds(50);
  options.timeout = Milliseconds(20'000);
  return options;
}

struct Pair {
  Sandbox source{{.brokers = 1}}, target;
  Cluster from{options_for(source)}, to;
  /// Small batches are joined, unless they are gzip's, which pass as they came.
  Codec codec = Codec::none;

  explicit Pair(sandbox::Options target_options = {})
      : target(std::move(target_options)), to(options_for(target)) {
    source.create_topic("t", 1);
    target.create_topic("t", 1, target_options.brokers);
  }

  void produce(int count, const std::string& value = "value") {
    Producer producer(from, {.compression = {codec}});
    int topic = producer.add_topic("t");
    for (int i = 0; i < count; ++i) {
      auto text = value + std::to_string(next_++);
      RecordView record;
      record.value = text;
      record.timestamp_ms = 1'700'000'000'000 + next_;
      producer.append(topic, 0, record, {}, i);
    }
    producer.flush();
  }
  /// One batch as it is, whatever a producer would make of it.
  void append(const std::string& batch) { append_to(from, batch); }

  /// As compaction leaves it: every third offset only.
  void append_hollow(int count) {
    source.run([&](sandbox::Cluster& cluster) {
      auto& partition = *cluster.partition("t", 0);
      BatchOptions options;
      options.base_offset = partition.high_watermark();
      BatchBuilder builder(options);
      for (int i = 0; i < count; ++i) {
        auto value = std::to_string(next_++);
        RecordView record;
        record.value = value;
        record.timestamp_ms = 1'700'000'000'000 + next_;
        builder.append_at(options.base_offset + 3 * i, record);
      }
      partition.append(builder.finish());
    });
  }

  static void append_to(Cluster& cluster, const std::string& batch) {
    msg::ProduceRequest request;
    request.acks = -1;
    request.timeout_ms = 5'000;
    auto& topic = request.topic_data.emplace_back();
    topic.name = "t";
    auto& partition = topic.partition_data.emplace_back();
    partition.records = batch;
    CallOptions options;
    options.broker = cluster.refresh({"t"})->partition("t", 0)->leader;
    options.at_most = 12;
    auto reply = cluster.call(request, options);
    CHECK(reply->responses.at(0).partition_responses.at(0).error_code == 0);
  }

  MirrorOptions options(bool stop_at_end = true) {
    MirrorOptions options;
    options.source_cluster_id = from.refresh({})->cluster_id;
    options.stop_at_end = stop_at_end;
    return options;
  }

  PartitionStatus copy(MirrorOptions options) {
    Mirror mirror(from, to, std::move(options));
    mirror.add({"t", 0}, {"t", 0});
    Deadline limit(Milliseconds(15'000));
    while (mirror.work(limit.sooner(Milliseconds(100))) && !limit.expired()) {
    }
    CHECK(!limit.expired());
    return mirror.status().at(0);
  }
  PartitionStatus copy() { return copy(options()); }

  static std::vector<std::string> values(Cluster& cluster) {
    int64_t end = list_offsets(cluster, {{{"t", 0}, kLatest}}, true).at(0).offset;
    int64_t start = list_offsets(cluster, {{{"t", 0}, kEarliest}}).at(0).offset;
    std::vector<std::string> values;
    ConsumerOptions consuming;
    consuming.read_committed = true;
    Consumer consumer(cluster, consuming);
    if (start == end) return values;
    consumer.assign({"t", 0}, start, end);
    while (!consumer.finished()) {
      auto chunk = consumer.next(Deadline(Milliseconds(10'000)));
      if (!chunk) break;
      std::vector<AbortedTransaction> listed;
      for (const auto& one : chunk->aborted) listed.push_back({one.producer_id, one.first_offset});
      AbortedTransactions aborted(listed);
      RecordReader reader(chunk->records, {.from_offset = chunk->from_offset, .aborted = &aborted});
      while (auto* record = reader.next())
        values.push_back(std::to_string(record->timestamp_ms) + std::string(*record->value));
    }
    return values;
  }
  void check_equal() {
    auto sent = values(from), arrived = values(to);
    CHECK(sent.size() == arrived.size());
    CHECK(sent == arrived);
  }

 private:
  int next_ = 0;
};

std::string batch_of(const std::vector<std::string>& values, BatchOptions options = {}) {
  BatchBuilder builder(options);
  for (const auto& value : values) builder.append(1'700'000'000'000, "k", value);
  return std::string(builder.finish());
}

}  // namespace

TEST_CASE("a mirror goes on where the target says it came to, and copies nothing twice") {
  Pair pair;
  pair.produce(1000);
  CHECK(pair.copy().records == 1000);
  CHECK(pair.copy().records == 0);
  pair.produce(10);
  auto status = pair.copy();
  CHECK(status.records == 10);
  CHECK(status.runs == 0);  // it went on under the same producer id
  CHECK(status.state == LaneState::done);
  CHECK(status.position == 1010);
  pair.check_equal();
}

TEST_CASE("without DescribeProducers the position is read off the end of the target's log") {
  for (const char* release : {"1.1.1", "0.11.0", "2.4.1", "2.8.2"}) {
    INFO(std::string(release));
    sandbox::Options options;
    options.as_version = release;
    Pair pair(options);
    pair.produce(300);
    CHECK(pair.copy().records == 300);
    pair.produce(7);
    CHECK(pair.copy().records == 7);
    CHECK(pair.copy().records == 0);
    pair.check_equal();
  }
}

TEST_CASE("targets before 0.11: the position is stored, and what stands behind it compared") {
  for (const char* release : {"0.8.2.2", "0.10.2.2"}) {
    INFO(std::string(release));
    sandbox::Options options;
    options.as_version = release;
    Pair pair(options);
    pair.produce(300);
    CHECK(pair.copy().records == 300);  // it ends as one that was killed: only the start is stored
    pair.produce(7);
    CHECK(pair.copy().records == 7);
    pair.target.fault("Produce:cut=0:1");
    pair.produce(5);
    CHECK(pair.copy().state == LaneState::done);
    CHECK(pair.copy().records == 0);
    pair.produce(1);
    auto other_name = pair.options();
    other_name.name = "other";
    CHECK(pair.copy(other_name).state == LaneState::stopped);
    CHECK(pair.copy().records == 1);
    TargetPartition target{
        {"t", 0}, RunIds("mirror", pair.from.refresh({})->cluster_id, {"t", 0}), {"t", 0}};
    auto verified = verify(pair.from, {"t", 0}, pair.to, target, {});
    CHECK(verified.compared == 313);
    CHECK(verified.difference.empty());
    CHECK(verified.behind == 0);
  }
}

TEST_CASE("a topic of holes becomes a few batches, on every release") {
  for (const char* release : {"0.8.2.2", "0.11.0", "1.1.1", "2.8.2", "4.3.0"}) {
    INFO(std::string(release));
    sandbox::Options options;
    options.as_version = release;
    Pair pair(options);
    for (int i = 0; i < 30; ++i) pair.append_hollow(100);
    auto status = pair.copy();
    CHECK(status.records == 3000);
    CHECK(status.runs <= 2);
    CHECK(pair.copy().records == 0);
    pair.append_hollow(10);
    CHECK(pair.copy().records == 10);
    CHECK(pair.copy().records == 0);
    pair.produce(10);
    CHECK(pair.copy().records == 10);
    TargetPartition target{
        {"t", 0}, RunIds("mirror", pair.from.refresh({})->cluster_id, {"t", 0}), {"t", 0}};
    auto verified = verify(pair.from, {"t", 0}, pair.to, target, {});
    CHECK(verified.compared == 3020);
    CHECK(verified.difference.empty());
  }
}

TEST_CASE("faults of the target cost nothing: refusals, cut and dropped connections, delays") {
  for (const char* fault :
       {"Produce:NOT_LEADER_OR_FOLLOWER:3", "Produce:drop:2", "Produce:cut=9:3",
        "Produce:REQUEST_TIMED_OUT:2", "Produce:NOT_ENOUGH_REPLICAS_AFTER_APPEND:2",
        "Produce:OUT_OF_ORDER_SEQUENCE_NUMBER:1", "DescribeProducers:drop:1", "Produce:cut=0:2"}) {
    for (auto codec : {Codec::gzip, Codec::lz4, Codec::none}) {
      INFO(std::string(fault), codec == Codec::gzip ? "" : ", joined");
      Pair pair;
      pair.codec = codec;
      for (int i = 0; i < 40; ++i) pair.produce(20, std::string(2'000, 'x'));
      pair.target.fault(fault);
      auto status = pair.copy();
      CHECK(status.state == LaneState::done);
      pair.check_equal();
    }
  }
}

TEST_CASE("faults of the source cost nothing") {
  for (const char* fault : {"Fetch:NOT_LEADER_OR_FOLLOWER:2", "Fetch:drop:2", "Fetch:cut=70:3"}) {
    INFO(std::string(fault));
    Pair pair;
    for (int i = 0; i < 20; ++i) pair.produce(50);
    pair.source.fault(fault);
    CHECK(pair.copy().state == LaneState::done);
    pair.check_equal();
  }
}

TEST_CASE("leaders of the target move and die under a mirror that runs") {
  sandbox::Options options;
  options.brokers = 3;
  Pair pair(options);
  Mirror mirror(pair.from, pair.to, pair.options(false));
  mirror.add({"t", 0}, {"t", 0});
  for (int round = 0; round < 6; ++round) {
    for (int i = 0; i < 10; ++i) pair.produce(20);
    mirror.work(Deadline(Milliseconds(20)));
    int32_t leader = pair.to.refresh({"t"})->partition("t", 0)->leader;
    if (round % 2 == 0) {
      pair.target.stop_broker(leader);
    } else {
      for (int32_t id = 1; id <= 3; ++id) pair.target.start_broker(id);
      pair.target.move_leader("t", 0, leader % 3 + 1);
    }
  }
  Deadline limit(Milliseconds(15'000));
  while (mirror.status()[0].position < 1200 && !limit.expired())
    mirror.work(Deadline(Milliseconds(20)));
  CHECK(mirror.status()[0].position == 1200);
  pair.check_equal();
}

TEST_CASE("a partition that cannot go on is told of and holds up no others") {
  Pair pair;
  pair.source.create_topic("gone", 1);
  pair.target.create_topic("gone", 1);
  auto patience = options_for(pair.source);
  patience.timeout = Milliseconds(400);
  Cluster from(patience);
  patience.bootstrap = net::parse_host_ports(pair.target.bootstrap(), 9092);
  Cluster to(patience);
  auto options = pair.options(false);
  std::vector<std::string> told;
  options.warn = [&](const std::string& sentence) { told.push_back(sentence); };
  Mirror mirror(from, to, options);
  mirror.add({"gone", 0}, {"gone", 0});
  mirror.add({"t", 0}, {"t", 0});
  pair.produce(3);
  auto copied = [&] { return mirror.status()[1].position; };
  Deadline limit(Milliseconds(15'000));
  while (copied() < 3 && !limit.expired()) mirror.work(Deadline(Milliseconds(20)));
  pair.source.run([](sandbox::Cluster& cluster) { cluster.delete_topic(*cluster.topic("gone")); });
  while (told.empty() && !limit.expired()) mirror.work(Deadline(Milliseconds(20)));
  REQUIRE(told.size() == 1);
  CHECK(told[0].starts_with("gone-0 has been waiting for 400ms: "));
  mirror.work(Deadline(Milliseconds(1'000)));
  CHECK(told.size() == 1);
  CHECK(mirror.status()[0].state == LaneState::starting);
  pair.produce(4);
  while (copied() < 7 && !limit.expired()) mirror.work(Deadline(Milliseconds(20)));
  CHECK(copied() == 7);
}

TEST_CASE("many idle partitions cost their source two requests a second, and their target none") {
  constexpr int kPartitions = 300;
  Pair pair;
  pair.source.create_topic("idle", kPartitions);
  pair.target.create_topic("idle", kPartitions);
  std::atomic<int> asked = 0, told = 0;
  auto counting = [](const Sandbox& sandbox, std::atomic<int>& count) {
    auto options = options_for(sandbox);
    options.log = [&count](const RequestLog&) { ++count; };
    return options;
  };
  Cluster from(counting(pair.source, asked)), to(counting(pair.target, told));
  Mirror mirror(from, to, pair.options(false));
  for (int i = 0; i < kPartitions; ++i) mirror.add({"idle", i}, {"idle", i});
  auto all_copying = [&] {
    auto partitions = mirror.status();
    return std::all_of(partitions.begin(), partitions.end(),
                       [](const auto& one) { return one.state == LaneState::copying; });
  };
  Deadline limit(Milliseconds(15'000));
  while (!all_copying() && !limit.expired()) mirror.work(Deadline(Milliseconds(20)));
  mirror.work(Deadline(Milliseconds(600)));
  asked = told = 0;
  mirror.work(Deadline(Milliseconds(2'000)));
  CHECK(asked >= 3);
  CHECK(asked <= 5);
  CHECK(told == 0);
}

TEST_CASE("two mirrors of one name at once write each record once") {
  Pair pair;
  SUBCASE("batches that pass") { pair.codec = Codec::gzip; }
  SUBCASE("batches that are joined, by each as it fetched them") {}
  for (int i = 0; i < 50; ++i) pair.produce(20, std::string(1'000, 'x'));
  auto options = pair.options();
  Cluster from2(options_for(pair.source)), to2(options_for(pair.target));
  Mirror one(pair.from, pair.to, options), two(from2, to2, options);
  one.add({"t", 0}, {"t", 0});
  two.add({"t", 0}, {"t", 0});
  std::thread other([&] {
    Deadline limit(Milliseconds(15'000));
    while (two.work(Deadline(Milliseconds(1))) && !limit.expired()) {
    }
  });
  Deadline limit(Milliseconds(15'000));
  while (one.work(Deadline(Milliseconds(1))) && !limit.expired()) {
  }
  other.join();
  CHECK(one.status()[0].state == LaneState::done);
  CHECK(two.status()[0].state == LaneState::done);
  pair.check_equal();
}

TEST_CASE(
    "runs that share the partitions out take over from each other, and copy each record once") {
  for (const char* release : {"4.3.0", "0.10.2.2"}) {
    INFO(std::string(release));
    sandbox::Options options;
    options.as_version = release;
    Pair pair(options);
    pair.source.create_topic("shared", 6);
    pair.target.create_topic("shared", 6);
    Producer producer(pair.from, {});
    int topic = producer.add_topic("shared");
    int64_t sent = 0;
    auto produce = [&](int count) {
      for (int i = 0; i < count; ++i, ++sent) {
        auto text = std::to_string(sent);
        RecordView record;
        record.value = text;
        producer.append(topic, static_cast<int32_t>(sent % 6), record, {}, sent);
      }
      producer.flush();
    };
    struct Run {
      Cluster from, to;
      Mirror mirror;
      Share share;
      std::atomic<bool> over = false;
      std::thread thread;

      Run(Pair& pair, MirrorOptions mirror_options)
          : from(options_for(pair.source)),
            to(options_for(pair.target)),
            mirror(from, to, mirror_options),
            share(from, to, mirror,
                  {"mirror", mirror_options.source_cluster_id, Milliseconds(6'000)}) {
        for (int32_t i = 0; i < 6; ++i) share.offer({"shared", i}, {"shared", i});
        share.join();
        thread = std::thread([this] {
          while (!over) {
            share.take_up();
            if (!mirror.work(Deadline(Milliseconds(20)))) Clock::system().sleep(Milliseconds(5));
          }
          mirror.finish();
        });
      }
      ~Run() {
        over = true;
        if (thread.joinable()) thread.join();
      }
      int copying() const {
        auto all = mirror.status();
        return static_cast<int>(std::count_if(all.begin(), all.end(), [](const auto& one) {
          return one.state == LaneState::copying || one.state == LaneState::starting;
        }));
      }
    };
    auto arrived = [&] {
      int64_t all = 0;
      std::vector<OffsetQuery> ends;
      for (int32_t i = 0; i < 6; ++i) ends.push_back({{"shared", i}, kLatest});
      for (const auto& end : list_offsets(pair.to, ends)) all += end.offset;
      return all;
    };
    auto await = [&](const auto& holds) {
      Deadline limit(Milliseconds(20'000));
      while (!holds() && !limit.expired()) Clock::system().sleep(Milliseconds(10));
      CHECK(holds());
    };
    produce(600);
    auto first = std::make_unique<Run>(pair, pair.options(false));
    await([&] { return arrived() == sent; });
    auto second = std::make_unique<Run>(pair, pair.options(false));
    await([&] { return first->copying() == 3 && second->copying() == 3; });
    for (int i = 0; i < 20; ++i) produce(60);
    await([&] { return arrived() == sent; });
    first.reset();
    produce(60);
    await([&] { return arrived() == sent && second->copying() == 6; });
    Clock::system().sleep(Milliseconds(100));
    CHECK(arrived() == sent);
  }
}

TEST_CASE("deleted records stop their partition, or are skipped on request") {
  Pair pair;
  pair.produce(100);
  CHECK(pair.copy().records == 100);
  for (int i = 0; i < 10; ++i) pair.produce(10);
  msg::DeleteRecordsRequest request;
  request.timeout_ms = 5'000;
  auto& topic = request.topics.emplace_back();
  topic.name = "t";
  topic.partitions.push_back({});
  topic.partitions[0].offset = 150;
  CallOptions call;
  call.broker = 1;
  pair.from.call(request, call);
  auto status = pair.copy();
  CHECK(status.state == LaneState::stopped);
  CHECK(status.message == "t-0: the source has deleted offsets 100 to 149 before they were copied");
  CHECK(status.hint.find("--on-gap skip") != std::string::npos);
  auto options = pair.options();
  options.skip_gaps = true;
  CHECK(pair.copy(options).records == 50);
  CHECK(Pair::values(pair.to).size() == 150);
}

TEST_CASE("a target that holds records of others stops its partition, unless it may append") {
  Pair pair;
  pair.produce(5);
  Pair::append_to(pair.to, batch_of({"mine"}));
  auto status = pair.copy();
  CHECK(status.state == LaneState::stopped);
  CHECK(status.message.find("did not write") != std::string::npos);
  auto options = pair.options();
  options.append = true;
  CHECK(pair.copy(options).records == 5);
  Pair::append_to(pair.to, batch_of({"mine too"}));
  pair.produce(5);
  CHECK(pair.copy().records == 5);
  CHECK(Pair::values(pair.to).size() == 12);
}

TEST_CASE("a source that ends before what was copied stops its partition") {
  Pair pair;
  pair.produce(20);
  CHECK(pair.copy().records == 20);
  Pair other;  // another source under the same id, as a topic that was created anew
  other.produce(3);
  auto options = pair.options();
  Mirror mirror(other.from, pair.to, options);
  mirror.add({"t", 0}, {"t", 0});
  Deadline limit(Milliseconds(15'000));
  while (mirror.work(Deadline(Milliseconds(50))) && !limit.expired()) {
  }
  CHECK(mirror.status()[0].state == LaneState::stopped);
  CHECK(mirror.status()[0].message.find("ends at offset 3") != std::string::npos);
}

TEST_CASE("a source created anew stops its partition though it has grown past the old position") {
  for (const char* release : {"2.5.1", "4.3.0"}) {
    INFO(std::string(release));
    sandbox::Options options;
    options.as_version = release;
    Pair pair(options);
    pair.produce(20);
    CHECK(pair.copy().records == 20);
    Pair other;  // another source under the same id
    other.produce(30, "other");
    Mirror mirror(other.from, pair.to, pair.options());
    mirror.add({"t", 0}, {"t", 0});
    Deadline limit(Milliseconds(15'000));
    while (mirror.work(Deadline(Milliseconds(50))) && !limit.expired()) {
    }
    CHECK(mirror.status()[0].state == LaneState::stopped);
    CHECK(mirror.status()[0].message.find("another record at offset 19") != std::string::npos);
    CHECK(Pair::values(pair.to).size() == 20);
    pair.produce(10);
    CHECK(pair.copy().records == 10);
  }
}

TEST_CASE("a batch that the target finds too large stops its partition alone") {
  std::string code = "MESSAGE_TOO_LARGE", setting = "max.message.bytes";
  SUBCASE("for the topic") {}
  SUBCASE("for a segment") { code = "RECORD_LIST_TOO_LARGE", setting = "segment.bytes"; }
  Pair pair;
  pair.source.create_topic("good", 1);
  pair.target.create_topic("good", 1);
  pair.produce(1, std::string(200'000, 'x'));
  pair.target.run([](sandbox::Cluster&) {});
  pair.target.fault("Produce:" + code + ":1");
  auto status = pair.copy();
  CHECK(status.state == LaneState::stopped);
  CHECK(status.hint == "raise " + setting + " of the target topic");
}

TEST_CASE("what was joined is cut smaller where the target finds it too large") {
  Pair pair;
  pair.target.run([](sandbox::Cluster& cluster) {
    cluster.topic("t")->configs["max.message.bytes"] = "60000";
  });
  for (int i = 0; i < 40; ++i) pair.produce(20, std::string(2'000, 'x'));
  pair.append_hollow(4'000);
  CHECK(pair.copy().state == LaneState::done);
  pair.check_equal();
  CHECK(pair.copy().records == 0);
}

TEST_CASE("a limit of bytes a second holds") {
  Pair pair;
  // Of 8 MiB under way a fetch has 1 MiB: each batch comes by itself, the first at no wait.
  for (int i = 0; i < 3; ++i) pair.produce(1, std::string(600'000, 'x'));
  auto options = pair.options();
  options.memory_bytes = 8 << 20;
  options.bytes_per_s = 1'200'000;
  auto started = Clock::system().now();
  CHECK(pair.copy(options).records == 3);
  CHECK(Clock::system().now() - started >= Milliseconds(900));
  pair.check_equal();
}

TEST_CASE("markers of transactions are nothing that is left to copy") {
  Pair pair;
  pair.source.create_topic("u", 1);
  pair.produce(5);
  pair.source.run([](sandbox::Cluster& cluster) {
    for (const char* topic : {"t", "u"}) {
      auto& partition = *cluster.partition(topic, 0);
      BatchOptions options;
      options.base_offset = partition.high_watermark();
      options.producer_id = 7;
      options.producer_epoch = 0;
      options.transactional = options.control = true;
      BatchBuilder marker(options);
      marker.append(1'700'000'000'000, std::string_view("\0\0\0\1", 4),
                    std::string_view("\0\0\0\0\0\0", 6));
      partition.append(marker.finish());
    }
  });
  CHECK(with_records(pair.from, {{{"t", 0}, {5, 6}}, {{"u", 0}, {0, 1}}}).empty());
  auto found = with_records(pair.from, {{{"t", 0}, {4, 6}}, {{"u", 0}, {0, 1}}});
  CHECK(found == std::set<TopicPartition>{{"t", 0}});
  CHECK(with_records(pair.from, {{{"t", 0}, {0, 6}}}).size() == 1);
}

TEST_CASE("verify finds what is equal, behind, missing and different") {
  Pair pair;
  pair.produce(500);
  pair.copy();
  TargetPartition target{
      {"t", 0}, RunIds("mirror", pair.from.refresh({})->cluster_id, {"t", 0}), {"t", 0}};
  auto verified = [&](VerifyOptions options = {}) {
    return verify(pair.from, {"t", 0}, pair.to, target, options);
  };
  auto result = verified();
  CHECK(result.compared == 500);
  CHECK(result.difference.empty());
  CHECK(result.behind == 0);
  pair.produce(3);
  CHECK(verified().behind == 3);
  SUBCASE("a record that the target has and the source has not") {
    BatchOptions options;
    options.producer_id = target.ids.producer_id({503});
    options.producer_epoch = 0;
    options.base_sequence = 0;
    Pair::append_to(pair.to, batch_of({"made up"}, options));
    CHECK(verified().difference == "is missing in the target");
    CHECK(verified().source_offset == 500);
  }
  SUBCASE("another value at the right offset") {
    BatchOptions options;
    options.producer_id = target.ids.producer_id({500});
    options.producer_epoch = 0;
    options.base_sequence = 0;
    Pair::append_to(pair.to, batch_of({"wrong"}, options));
    CHECK(verified().difference == "has another key in the target");
    CHECK(verified().target_offset == 500);
  }
  SUBCASE("records of others do not count") {
    Pair::append_to(pair.to, batch_of({"another's"}));
    pair.copy();
    auto all = verified();
    CHECK(all.difference.empty());
    CHECK(all.compared == 503);
    CHECK(all.foreign == 1);
  }
}

TEST_CASE("positions are translated exactly, across records of others and deleted ones") {
  Pair pair;
  Pair::append_to(pair.to, batch_of({"one", "two", "three"}));
  auto options = pair.options();
  options.append = true;
  for (int i = 0; i < 10; ++i) {
    pair.produce(30);
    pair.copy(options);
    if (i == 4) Pair::append_to(pair.to, batch_of({"four", "five"}));
  }
  TargetPartition target{
      {"t", 0}, RunIds("mirror", pair.from.refresh({})->cluster_id, {"t", 0}), {"t", 0}};
  auto at = find_target_positions(pair.from, pair.to, "mirror", {target}).front();
  auto translated = [&](int64_t offset) {
    return translate(pair.from, {"t", 0}, pair.to, target, at, offset).offset.value_or(-1);
  };
  for (int64_t offset = 0; offset < 300; offset += 7)
    CHECK(translated(offset) == offset + (offset < 150 ? 3 : 5));
  CHECK(translated(300) == 305);
  pair.produce(1);
  CHECK(translated(301) == -1);
}
