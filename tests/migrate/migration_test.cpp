// Whole migrations of a real 0.7.0 broker's files into a sandbox: what arrives, and what becomes of
// it when things break.
#include "migrate/migration.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <random>

#include "client/offsets.h"
#include "legacy/broker.h"
#include "migrate/verify.h"
#include "mirror/record_stream.h"
#include "sandbox/cluster.h"
#include "sandbox/sandbox.h"
#include "storage/file.h"
#include "support/fake_kafka07.h"
#include "support/kafka07.h"
#include "support/temporary_directory.h"

using namespace kt;
using namespace kt::migrate;
using namespace kt::test;

namespace {

const std::string kData = KT_SOURCE_DIR "/tests/data/kafka07";

using Messages = std::vector<std::string>;

ClientOptions options_for(const Sandbox& sandbox) {
  ClientOptions options;
  options.bootstrap = net::parse_host_ports(sandbox.bootstrap(), 9092);
  options.backoff = Milliseconds(5);
  options.max_backoff = Milliseconds(50);
  options.timeout = Milliseconds(20'000);
  return options;
}

std::vector<Source> sources() {
  std::vector<Source> made;
  for (auto& found : legacy::find_files(kData, 0))
    made.push_back({found.id, [segments = found.segments] {
                      return std::make_unique<legacy::FileLog>(segments);
                    }});
  return made;
}

/// The same of a broker that speaks.
std::vector<Source> sources(const FakeKafka07& broker) {
  std::vector<Source> made;
  for (int32_t partition = 0; partition < 2; ++partition) {
    legacy::PartitionId id{"mix", 0, partition};
    made.push_back({id, [id, address = broker.address()] {
                      return std::make_unique<legacy::BrokerLog>(id, address, Milliseconds(5'000));
                    }});
  }
  return made;
}

struct Target {
  Sandbox sandbox;
  Cluster cluster;
  MigrationOptions options;

  explicit Target(int32_t partitions, const sandbox::Options& sandbox_options = {})
      : sandbox(sandbox_options), cluster(options_for(sandbox)) {
    sandbox.create_topic("mix", partitions, sandbox_options.brokers);
    options.on_damage = [](const auto&, const auto& entry) { FAIL(entry.damage); };
  }

  std::vector<SourceStatus> run(
      const std::function<bool()>& look = [] { return true; },
      std::vector<Source> from = sources()) {
    Migration migration(cluster, options);
    migration.add("mix", std::move(from));
    migration.run(look);
    return migration.status();
  }

  Messages read(int32_t partition) {
    TopicPartition id{"mix", partition};
    auto ends = list_offsets(cluster, {{id, kEarliest}, {id, kLatest}});
    mirror::RecordStream records(cluster, id, ends[0].offset, ends[1].offset);
    Messages messages;
    while (const auto* record = records.next()) {
      CHECK(!record->key);
      messages.emplace_back(record->value.value());
    }
    return messages;
  }

  /// Ends early, with something of each source there.
  void begin(const std::function<void()>& look = [] {}) {
    options.records_per_s = 500;
    run([&] {
      look();
      return read(0).empty() || read(1).empty();
    });
    options.records_per_s = 0;
  }

  void each_partition(const std::function<void(sandbox::Partition&)>& action) {
    sandbox.run([&](sandbox::Cluster& brokers) {
      for (auto& partition : brokers.topic("mix")->partitions) action(*partition);
    });
  }
  /// As retention does: the offsets stay.
  void delete_records() {
    each_partition([](auto& one) { one.log().delete_before(one.log().end_offset()); });
  }
  /// As when nothing came for a day.
  void forget_producers() {
    each_partition([](auto& one) { one.producers().expire(0, INT64_MAX); });
  }
};

Messages operator+(Messages left, const Messages& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

void check_done(const std::vector<SourceStatus>& statuses) {
  for (const auto& status : statuses) {
    CAPTURE(status.message);
    CHECK(status.state == State::done);
    CHECK(status.position == status.end);
  }
}

/// What stays of one partition's messages, in order, when those of the other are taken out: they
/// differ in their first letters.
Messages of_source(const Messages& messages, int source) {
  Messages chosen;
  for (const auto& message : messages)
    if (message.starts_with("roll-") == (source == 1)) chosen.push_back(message);
  return chosen;
}

/// Order within the partitions of the target, and each message once.
void check_spread(Target& target, int32_t partitions, Mapping mapping) {
  for (int source = 0; source < 2; ++source) {
    std::map<int32_t, Messages> expected;
    int64_t number = 0;
    for (const auto& message : kafka07_messages(source)) {
      auto count = static_cast<uint32_t>(partitions);
      auto place = mapping == Mapping::hash ? crc32(message) % count
                                            : static_cast<uint32_t>(number++ % partitions);
      expected[static_cast<int32_t>(place)].push_back(message);
    }
    for (int32_t partition = 0; partition < partitions; ++partition)
      CHECK(of_source(target.read(partition), source) == expected[partition]);
  }
}

}  // namespace

TEST_CASE("all messages arrive one to one, byte for byte and in order, and once only") {
  Target target(3);
  for (int time = 0; time < 2; ++time) {
    check_done(target.run());
    CHECK(target.read(0) == kafka07_messages(0));
    CHECK(target.read(1) == kafka07_messages(1));
    CHECK(target.read(2).empty());
  }
}

TEST_CASE("the second time nothing is written") {
  Target target(2);
  auto first = target.run(), second = target.run();
  CHECK(first[0].records == 1'504);
  CHECK(first[1].records == 1'200);
  CHECK(second[0].records + second[1].records == 0);
}

TEST_CASE("spread by hash or in turn, the order of each partition holds within the target's") {
  for (auto mapping : {Mapping::hash, Mapping::round_robin}) {
    Target target(3);
    target.options.mapping = mapping;
    check_done(target.run());
    check_spread(target, 3, mapping);
    check_done(target.run());
    check_spread(target, 3, mapping);
  }
}

TEST_CASE("ended at any moment and run again, nothing is lost and nothing comes twice") {
  std::mt19937 random(7);
  for (auto mapping : {Mapping::one_to_one, Mapping::hash, Mapping::round_robin}) {
    Target target(2);
    target.options.mapping = mapping;
    target.options.run_bytes = 10'000;  // several runs
    target.options.records_per_s = 20'000;
    for (int i = 0; i < 8; ++i) {
      Deadline until(Milliseconds(random() % 60));
      target.run([&] { return !until.expired(); });
    }
    target.options.records_per_s = 0;
    check_done(target.run());
    if (mapping == Mapping::one_to_one) {
      CHECK(target.read(0) == kafka07_messages(0));
      CHECK(target.read(1) == kafka07_messages(1));
    } else if (mapping == Mapping::hash) {
      check_spread(target, 2, mapping);
    } else {
      // In turn within each run: what is where depends on where runs end, each message is there
      // once.
      for (int source = 0; source < 2; ++source) {
        auto all = of_source(target.read(0), source), more = of_source(target.read(1), source);
        all.insert(all.end(), more.begin(), more.end());
        auto expected = kafka07_messages(source);
        std::sort(all.begin(), all.end());
        std::sort(expected.begin(), expected.end());
        CHECK(all == expected);
      }
    }
  }
}

TEST_CASE("answers that are lost and refused batches repeat nothing") {
  for (const char* fault :
       {"Produce:cut=0:3", "Produce:NOT_LEADER_OR_FOLLOWER:5", "Produce:REQUEST_TIMED_OUT:5",
        "Produce:OUT_OF_ORDER_SEQUENCE_NUMBER:3", "Produce:UNKNOWN_SERVER_ERROR:1"}) {
    CAPTURE(fault);
    Target target(2);
    target.options.run_bytes = 5'000;
    target.sandbox.fault(fault);
    auto statuses = target.run();
    target.sandbox.clear_faults();
    check_done(target.run());
    CHECK(target.read(0) == kafka07_messages(0));
    CHECK(target.read(1) == kafka07_messages(1));
  }
}

TEST_CASE("releases without sequences go on where their offsets say, and hold the last record") {
  for (const char* release : {"0.8.0", "0.8.2", "0.10.2"}) {
    CAPTURE(release);
    Target target(2, {.brokers = 1, .as_version = release});
    target.options.records_per_s = 4'000;
    Deadline until(Milliseconds(150));
    target.run([&] { return !until.expired(); });
    auto there = target.read(0).size() + target.read(1).size();
    CHECK(there > 0);
    CHECK(there < 2'704);
    target.options.records_per_s = 0;
    target.sandbox.fault("Produce:cut=0:1");
    check_done(target.run());
    CHECK(target.read(0) == kafka07_messages(0));
    CHECK(target.read(1) == kafka07_messages(1));
    target.options.mapping = Mapping::hash;
    CHECK_THROWS_AS(target.run(), Error);
  }
}

TEST_CASE("partitions that hold others' records, or another migration's, are not written to") {
  Target target(2);
  check_done(target.run());
  target.options.name = "another";
  CHECK_THROWS_WITH_AS(target.run(), doctest::Contains("none of this migration"), Error);
  target.options.append = true;
  check_done(target.run());
  CHECK(target.read(0) == kafka07_messages(0) + kafka07_messages(0));
}

TEST_CASE("from a broker that loses connections the same arrives, and its files go on with it") {
  FakeKafka07 broker(kData);
  Target target(2);
  target.options.memory_bytes = 8 << 20;
  target.options.records_per_s = 10'000;
  for (int i = 0; i < 4; ++i) {
    broker.to_close = i;
    Deadline until(Milliseconds(40));
    target.run([&] { return !until.expired(); }, sources(broker));
  }
  broker.to_cut = 2;
  target.options.records_per_s = 0;
  check_done(target.run([] { return true; }, sources(broker)));
  auto again = target.run();
  CHECK(again[0].records + again[1].records == 0);
  CHECK(target.read(0) == kafka07_messages(0));
  CHECK(target.read(1) == kafka07_messages(1));
}

TEST_CASE("a broker of 0.7 that goes away and comes back on its port is waited for") {
  auto broker = std::make_unique<FakeKafka07>(kData);
  auto port = broker->port();
  Target target(2);
  target.options.memory_bytes = 8 << 20;
  target.options.records_per_s = 1'000;
  std::thread fate;
  auto from = sources(*broker);
  auto statuses = target.run(
      [&] {
        if (fate.joinable() || target.read(1).empty()) return true;
        // What was fetched is written meanwhile, more cannot be.
        broker.reset();
        fate = std::thread([&] {
          Clock::system().sleep(Milliseconds(400));
          broker = std::make_unique<FakeKafka07>(kData, port);
        });
        return true;
      },
      std::move(from));
  REQUIRE(fate.joinable());
  fate.join();
  check_done(statuses);
  CHECK(broker->fetches > 0);
  CHECK(target.read(0) == kafka07_messages(0));
  CHECK(target.read(1) == kafka07_messages(1));
}

TEST_CASE("leaders of the target that fall one after the other repeat nothing and lose nothing") {
  Target target(2, {.brokers = 3});
  target.options.run_bytes = 20'000;
  target.options.records_per_s = 3'000;
  int32_t fallen = 0;
  Clock::Time next{};
  check_done(target.run([&] {
    auto now = Clock::system().now();
    if (now < next) return true;
    next = now + Milliseconds(150);
    if (fallen > 0) target.sandbox.start_broker(fallen);
    fallen = fallen % 3 + 1;
    target.sandbox.stop_broker(fallen);
    return true;
  }));
  target.sandbox.start_broker(fallen);
  CHECK(target.read(0) == kafka07_messages(0));
  CHECK(target.read(1) == kafka07_messages(1));
}

TEST_CASE("a migration that follows brings what comes, from where a group stands") {
  Target target(2);
  target.options.follow = true;
  auto from = sources();
  // The second partition grows: at first only its first segment is there.
  auto segments = legacy::find_files(kData, 0)[1].segments;
  std::atomic<size_t> count = 1;
  from[1].open = [&] {
    auto some = segments;
    some.resize(count);
    return std::make_unique<legacy::FileLog>(std::move(some));
  };
  from[1].start = 221;  // behind the first message
  Migration migration(target.cluster, target.options);
  migration.add("mix", std::move(from));
  migration.run([&] {
    auto position = migration.status()[1].position;
    if (position == 40'001) count = segments.size();
    return position < 265'200;
  });
  auto expected = kafka07_messages(1);
  expected.erase(expected.begin());
  CHECK(target.read(1) == expected);
}

TEST_CASE("with a state file what was copied need not be there any more") {
  for (std::string release : {"4.3", "0.10.2"}) {
    CAPTURE(release);
    TemporaryDirectory directory;
    auto path = directory.path() + "/state";
    Target target(2, {.brokers = 1, .as_version = release});
    auto segments = legacy::find_files(kData, 0)[1].segments;
    auto some = [&](size_t from, size_t to) {
      auto made = sources();
      made[1].open = [chosen = std::vector(segments.begin() + static_cast<ptrdiff_t>(from),
                                           segments.begin() + static_cast<ptrdiff_t>(to))] {
        return std::make_unique<legacy::FileLog>(chosen);
      };
      return made;
    };
    auto run = [&](std::vector<Source> from) {
      StateFile state(path);
      target.options.state = &state;
      return target.run([] { return true; }, std::move(from));
    };
    check_done(run(some(0, 3)));
    std::filesystem::copy_file(path, path + ".early");
    check_done(run(some(2, 5)));
    // Killed before the state was written: what the target has beyond it is left out.
    std::filesystem::rename(path + ".early", path);
    check_done(run(some(3, segments.size())));
    CHECK(target.read(0) == kafka07_messages(0));
    CHECK(target.read(1) == kafka07_messages(1));
    // Without it, or with one of another migration, the beginning is missed.
    std::filesystem::remove(path);
    if (release == "4.3") {
      auto statuses = run(some(3, segments.size()));
      CHECK(statuses[1].state == State::stopped);
      CHECK(statuses[1].message.find("were deleted before") != std::string::npos);
    }
    write_file(path, "{\"partitions\":[{}]}");
    CHECK_THROWS_WITH_AS(StateFile{path}, doctest::Contains("is no state of a migration"), Error);
  }
}

TEST_CASE("one to one needs a partition for each") {
  Target target(1);
  CHECK_THROWS_WITH_AS(target.run(), doctest::Contains("are to be copied one to one"), Error);
}

TEST_CASE("what the target deleted is not copied again: it knows the producers still") {
  Target target(2);
  target.begin();
  Messages before[] = {target.read(0), target.read(1)};
  CHECK(before[1].size() < 1'200);
  target.delete_records();
  check_done(target.run());
  for (int32_t partition = 0; partition < 2; ++partition)
    CHECK(before[partition] + target.read(partition) == kafka07_messages(partition));
}

TEST_CASE("what the target deleted is not copied again: the state file knows how far it came") {
  for (std::string release : {"4.3", "2.6"}) {
    for (bool is_forgotten : {true, false}) {
      CAPTURE(release);
      CAPTURE(is_forgotten);
      TemporaryDirectory directory;
      StateFile state(directory.path() + "/state");
      Target target(2, {.brokers = 1, .as_version = release});
      target.options.state = &state;
      target.options.run_bytes = 10'000;
      target.begin();
      Messages before[] = {target.read(0), target.read(1)};
      target.delete_records();
      if (is_forgotten) target.forget_producers();
      check_done(target.run());
      for (int32_t partition = 0; partition < 2; ++partition)
        CHECK(before[partition] + target.read(partition) == kafka07_messages(partition));
    }
  }
}

TEST_CASE("where the target deleted all and nothing tells how far it came, nothing is written") {
  for (std::string release : {"4.3", "2.6"}) {
    CAPTURE(release);
    Target target(2, {.brokers = 1, .as_version = release});
    check_done(target.run());
    target.delete_records();
    target.forget_producers();
    CHECK_THROWS_WITH_AS(target.run(), doctest::Contains("nothing tells"), Error);
    CHECK(target.read(0).empty());
    target.options.append = true;  // so that all of it is wanted again
    check_done(target.run());
    CHECK(target.read(0) == kafka07_messages(0));
    CHECK(target.read(1) == kafka07_messages(1));
  }
}

TEST_CASE("no success is told of what the target takes for a retry and does not write") {
  // It remembers the last five batches of each producer, and does not tell which.
  Target target(2, {.brokers = 1, .as_version = "2.6"});
  check_done(target.run());
  target.delete_records();
  target.options.append = true;
  for (const auto& status : target.run()) {
    CHECK(status.state == State::stopped);
    CHECK(status.message.find("remembers") != std::string::npos);
    CHECK(status.hint.find("--name") != std::string::npos);
  }
  target.options.name = "another";
  check_done(target.run());
  CHECK(target.read(0) == kafka07_messages(0));
}

TEST_CASE("killed behind the state file, and all deleted: offsets count what came, one to one") {
  for (std::string release : {"4.3", "0.10.2"}) {
    CAPTURE(release);
    TemporaryDirectory directory;
    auto path = directory.path() + "/state";
    Target target(2, {.brokers = 1, .as_version = release});
    target.options.run_bytes = 500;  // what came since is of several runs
    {
      StateFile state(path);
      target.options.state = &state;
      target.begin([&] {
        if (!std::filesystem::exists(path + ".early"))
          std::filesystem::copy_file(path, path + ".early");
      });
    }
    std::filesystem::rename(path + ".early", path);
    Messages before[] = {target.read(0), target.read(1)};
    target.delete_records();
    target.forget_producers();
    StateFile state(path);
    target.options.state = &state;
    check_done(target.run());
    for (int32_t partition = 0; partition < 2; ++partition)
      CHECK(before[partition] + target.read(partition) == kafka07_messages(partition));
  }
}

TEST_CASE("killed behind the state file, and all deleted: spread, it stops and says so") {
  TemporaryDirectory directory;
  auto path = directory.path() + "/state";
  Target target(2);
  target.options.mapping = Mapping::hash;
  auto run = [&] {
    StateFile state(path);
    target.options.state = &state;
    return target.run();
  };
  {
    StateFile state(path);
    target.options.state = &state;
    target.begin();
  }
  std::filesystem::copy_file(path, path + ".early");
  check_done(run());
  std::filesystem::copy_file(path, path + ".late");
  target.delete_records();
  target.forget_producers();
  std::filesystem::rename(path + ".early", path);
  CHECK_THROWS_WITH_AS(run(), doctest::Contains("nothing tells"), Error);
  // That of the end knows of all sources that nothing is missing.
  std::filesystem::rename(path + ".late", path);
  for (const auto& status : run()) {
    CHECK(status.state == State::done);
    CHECK(status.records == 0);
  }
  CHECK(target.read(0).empty());
}

TEST_CASE("offsets of an old target that deleted all count only with the state file") {
  TemporaryDirectory directory;
  StateFile state(directory.path() + "/state");
  Target target(2, {.brokers = 1, .as_version = "0.10.2"});
  target.options.state = &state;
  check_done(target.run());
  target.delete_records();
  check_done(target.run());
  CHECK(target.read(0).empty());
  target.options.state = nullptr;
  CHECK_THROWS_WITH_AS(target.run(), doctest::Contains("nothing tells"), Error);
}

TEST_CASE("before 2.5 brokers that forgot who wrote get a new run, where an entry ended") {
  for (auto [release, mapping] :
       {std::pair("0.11", Mapping::one_to_one), std::pair("1.1", Mapping::one_to_one),
        std::pair("1.1", Mapping::round_robin)}) {
    CAPTURE(release);
    Target target(3, {.brokers = 1, .as_version = release});
    target.options.mapping = mapping;
    auto there = [&] {
      return target.read(0).size() + target.read(1).size() + target.read(2).size();
    };
    // So few that, spread, a run is not in all partitions when the next begins.
    for (size_t messages : {2, 4, 6, 8}) {
      target.options.records_per_s = 20;  // each in a batch of its own
      target.run([&] { return there() < messages; });
      target.forget_producers();
    }
    target.options.records_per_s = 0;
    check_done(target.run());
    int32_t partition = 0;
    for (const auto& source : sources()) {
      auto log = source.open();
      auto found = compare(target.cluster, "mix", {mapping, 3, partition},
                           run_ids("migrate", source.id, mapping, 3), *log, 0);
      CHECK(!found.difference);
      CHECK(found.records == std::ssize(kafka07_messages(partition++)));
    }
    target.forget_producers();
    auto again = target.run();
    CHECK(again[0].records + again[1].records == 0);
  }
}

TEST_CASE("before 2.5 a target that forgot who wrote within a compressed set is told a way out") {
  constexpr int64_t kFirstSet = 0x2454 + 50 * 21;  // behind the messages of magic 0
  Target target(2, {.brokers = 1, .as_version = "1.1"});
  auto run = [&](const std::function<bool()>& look) {
    auto from = sources();
    from[0].start = kFirstSet;
    return target.run(look, std::move(from));
  };
  target.options.records_per_s = 8;
  run([&] { return target.read(0).size() < 3; });
  auto there = target.read(0);
  REQUIRE(there.size() < 10);
  target.forget_producers();
  target.options.records_per_s = 0;
  auto statuses = run([] { return true; });
  CHECK(statuses[0].state == State::stopped);
  CHECK(statuses[0].message.find("has forgotten") != std::string::npos);
  CHECK(statuses[0].hint.find("kt topic delete") != std::string::npos);
  CHECK(target.read(0) == there);
  CHECK(target.read(1) == kafka07_messages(1));
}
