// `kt migrate` from living brokers, as its users type it: found in a ZooKeeper with the nodes of a
// real 0.7.0, and named.
#include <doctest/doctest.h>
#include <pty.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "base/json.h"
#include "cli/run.h"
#include "client/offsets.h"
#include "client/stored_groups.h"
#include "commands.h"
#include "mirror/record_stream.h"
#include "sandbox/sandbox.h"
#include "storage/file.h"
#include "support/fake_kafka07.h"
#include "support/fake_zookeeper.h"
#include "support/kafka07.h"

using namespace kt;
using namespace kt::test;

namespace {

const std::string kData = KT_SOURCE_DIR "/tests/data/kafka07";

struct World {
  FakeKafka07 broker{kData};
  FakeZooKeeper zookeeper;
  Sandbox target;

  explicit World(const sandbox::Options& options = {}) : target(options) {
    auto json = Json::parse(read_file(kData + "/zookeeper.json"), "nodes");
    for (const auto& [path, node] : *json.get<Json::Object>())
      if (path != "/") zookeeper.put(path, *node.find("data")->get<std::string>());
    zookeeper.put("/brokers/ids/0", "host-1795461750839:" + broker.address().to_string());
  }

  int run(std::vector<std::string> words) const {
    words.emplace_back("-q");
    return run_aloud(std::move(words));
  }

  int run_aloud(std::vector<std::string> words) const {
    words.insert(words.begin(), "kt");
    words.insert(words.end(), {"-b", target.bootstrap()});
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    return kt::run(all_commands(), static_cast<int>(argv.size()), argv.data());
  }

  ClientOptions options() const {
    ClientOptions options;
    options.bootstrap = net::parse_host_ports(target.bootstrap(), 9092);
    return options;
  }

  std::vector<std::string> read(int32_t partition) const {
    Cluster cluster(options());
    TopicPartition id{"mix", partition};
    auto end = list_offsets(cluster, {{id, kLatest}}).front().offset;
    mirror::RecordStream records(cluster, id, 0, end);
    std::vector<std::string> messages;
    while (const auto* record = records.next()) messages.emplace_back(record->value.value());
    return messages;
  }
};

/// Stands in for stderr and gathers what comes.
class Terminal {
 public:
  Terminal() : kept_(::dup(2)) {
    int slave = -1;
    REQUIRE(::openpty(&master_, &slave, nullptr, nullptr, nullptr) == 0);
    ::dup2(slave, 2);
    ::close(slave);
    reader_ = std::thread([this] {
      char piece[4096];
      for (ssize_t count; (count = ::read(master_, piece, sizeof piece)) > 0;)
        text_.append(piece, static_cast<size_t>(count));
    });
  }
  /// What was written to it; stderr is the old one again.
  std::string text() {
    ::dup2(kept_, 2);
    ::close(kept_);
    reader_.join();
    ::close(master_);
    return text_;
  }

 private:
  int kept_, master_ = -1;
  std::thread reader_;
  std::string text_;
};

}  // namespace

TEST_CASE("brokers found in ZooKeeper are copied whole, and a group goes on where it stood") {
  World world;
  // The first message of magic 0, of which wire.jsonl tells, is the 201st; the others have 221
  // bytes each.
  world.zookeeper.put("/consumers/legacy/offsets/mix/0-0", std::to_string(0x2454));
  world.zookeeper.put("/consumers/legacy/offsets/mix/0-1", std::to_string(3 * 221));
  auto where = world.zookeeper.address();
  CHECK(world.run({"migrate", "run", "--from-zookeeper", where, "--carry-group", "legacy"}) == 0);
  for (int32_t partition = 0; partition < 2; ++partition)
    CHECK(world.read(partition) == kafka07_messages(partition));
  CHECK(world.run({"migrate", "verify", "--from-zookeeper", where}) == 0);
  CHECK(world.run({"migrate", "plan", "--from-zookeeper", where}) == 0);
  Cluster cluster(world.options());
  auto positions = kafka_groups(cluster, {"legacy"}).front().offsets.partitions;
  REQUIRE(positions.find({"mix", 0}) != nullptr);
  REQUIRE(positions.find({"mix", 1}) != nullptr);
  CHECK(positions.find({"mix", 0})->offset == 200);
  CHECK(positions.find({"mix", 1})->offset == 3);
}

TEST_CASE("a copy can begin where a group stands, or at the end") {
  World world;
  world.zookeeper.put("/consumers/legacy/offsets/mix/0-0", std::to_string(0x2454));
  auto where = world.zookeeper.address();
  CHECK(world.run({"migrate", "run", "mix", "--from-zookeeper", where, "--group", "legacy"}) == 0);
  auto expected = kafka07_messages(0);
  expected.erase(expected.begin(), expected.begin() + 200);
  CHECK(world.read(0) == expected);
  CHECK(world.read(1).empty());  // the group had read all of it
  World other;
  CHECK(other.run({"migrate", "run", "mix", "--from-zookeeper", other.zookeeper.address(),
                   "--start", "latest"}) == 0);
  CHECK(other.read(0).empty());
}

TEST_CASE("several brokers side by side: each numbers its partitions from 0") {
  World world;
  FakeKafka07 second(kData);
  auto from = world.broker.address().to_string();
  CHECK(world.run({"migrate", "run", "mix", "--from", from, "--from", second.address().to_string(),
                   "--threads", "4"}) == 0);
  for (int32_t partition = 0; partition < 4; ++partition)
    CHECK(world.read(partition) == kafka07_messages(partition % 2));
}

TEST_CASE("several brokers are read at the same time") {
  FakeKafka07 first(kData), second(kData);
  // Neither is answered before the other was asked.
  std::atomic<bool> came_alone = false;
  auto await = [&](const FakeKafka07& other) {
    Deadline patience(Milliseconds(5'000));
    while (other.fetches == 0 && !patience.expired()) Clock::system().sleep(Milliseconds(1));
    if (other.fetches == 0) came_alone = true;
  };
  first.before_fetch = [&] { await(second); };
  second.before_fetch = [&] { await(first); };
  World world;
  CHECK(world.run({"migrate", "run", "mix", "--from", first.address().to_string(), "--from",
                   second.address().to_string(), "--threads", "2"}) == 0);
  CHECK(!came_alone);
  for (int32_t partition = 0; partition < 4; ++partition)
    CHECK(world.read(partition) == kafka07_messages(partition % 2));
}

TEST_CASE("bytes a second are held, and a terminal sees how far it is") {
  World world;
  size_t bytes = 0;
  for (int partition : {0, 1})
    for (const auto& message : kafka07_messages(partition)) bytes += message.size();
  constexpr double kRate = 120 << 10;
  Terminal terminal;
  auto began = Clock::system().now();
  int exit = world.run_aloud(
      {"migrate", "run", "--from-zookeeper", world.zookeeper.address(), "--bytes-rate", "120KiB"});
  auto seconds = std::chrono::duration<double>(Clock::system().now() - began).count();
  auto text = terminal.text();
  CHECK(exit == 0);
  // What was not used of a tenth of a second may be made up for.
  CHECK(seconds > static_cast<double>(bytes) / kRate - 0.2);
  CHECK(seconds < static_cast<double>(bytes) / kRate + 20);
  // Both partitions have 33,894 and 265,200 bytes.
  CHECK(text.find(" of 292 KiB (") != std::string::npos);
  CHECK(text.find("/s") != std::string::npos);
}

TEST_CASE("a broker that is named is copied as well, and one that is gone ends in exit code 4") {
  World world;
  auto address = world.broker.address().to_string();
  CHECK(world.run({"migrate", "run", "mix", "--from", address, "--threads", "1"}) == 0);
  CHECK(world.read(0) == kafka07_messages(0));
  CHECK(world.read(1) == kafka07_messages(1));
  world.zookeeper.erase("/brokers/ids/0");
  CHECK(world.run({"migrate", "run", "--from-zookeeper", world.zookeeper.address()}) == 4);
}

TEST_CASE("a topic that an old target would make with other partitions is not asked for") {
  World world({.as_version = "0.8.2", .configs = {{"num.partitions", "1"}}});
  auto where = world.zookeeper.address();
  CHECK(world.run({"migrate", "run", "--from-zookeeper", where}) == 1);
  Cluster cluster(world.options());
  CHECK(cluster.refresh_all_topics()->topic("mix") == nullptr);
  CHECK(world.run({"migrate", "run", "--from-zookeeper", where, "--no-create"}) == 1);
  world.target.create_topic("mix", 2);
  CHECK(world.run({"migrate", "run", "--from-zookeeper", where}) == 0);
  CHECK(world.read(1) == kafka07_messages(1));
}

TEST_CASE("what KafkaMigrationTool's properties of the consumer say is done") {
  World world;
  auto path = std::string("/tmp/kt-consumer-07-") + std::to_string(getpid()) + ".properties";
  world.zookeeper.put("/consumers/legacy/offsets/mix/0-1", std::to_string(1'199 * 221));
  write_file(path, "zk.connect=" + world.zookeeper.address() + "\ngroupid=legacy\n");
  CHECK(world.run({"migrate", "run", "--whitelist", "m.x,other", "--consumer.config", path}) == 0);
  CHECK(world.read(0).empty());
  CHECK(world.read(1) == std::vector<std::string>{kafka07_messages(1).back()});
  std::filesystem::remove(path);
}
