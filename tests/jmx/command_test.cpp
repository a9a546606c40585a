// `kt jmx` as its users type it: several brokers side by side, formats for machines, and what
// becomes of a watch when brokers come and go.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <set>
#include <sstream>
#include <thread>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/run.h"
#include "commands.h"
#include "storage/file.h"
#include "support/fake_jolokia.h"
#include "support/fake_zookeeper.h"
#include "support/recorded_session.h"
#include "support/temporary_directory.h"

using namespace kt;
using namespace kt::test;

namespace {

/// A broker of 0.8.0 that says how many records came.
struct OldBroker {
  RecordedSession session{KT_SOURCE_DIR "/tests/data/jmx/0.8.0.session"};

  explicit OldBroker(int64_t records) {
    session.name_port(31998, session.port());
    say(7, records);  // those of the recording
  }
  void say(int64_t before, int64_t now) { session.replace(count(before), count(now)); }

  /// The recording's java.lang.Long, behind the end of its class description's ancestor.
  static std::string count(int64_t records) {
    std::string bytes = from_hex("7870");
    ByteWriter(bytes).integer(records);
    return bytes;
  }
};

const std::string kMessagesIn =
    R"("kafka.server":type="BrokerTopicMetrics",name="AllTopicsMessagesInPerSec")";
/// So all names are asked for first, as the recording has it.
const std::vector<std::string> kAsked = {
    "kafka.server:type=BrokerTopicMetrics,name=AllTopicsMessagesIn*", "Count", "OneMinuteRate",
    "FiveMinuteRate", "FifteenMinuteRate"};

struct Output {
  TemporaryDirectory directory;
  std::string out = directory.path() + "/out", err = directory.path() + "/err";
};

/// A command with its output in files, which can be looked at while it runs.
int run(const Output& output, std::vector<std::string> words,
        const std::vector<std::string>& more) {
  words.insert(words.begin(), {"kt", "jmx"});
  words.insert(words.end(), more.begin(), more.end());
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  int kept[2];
  for (int stream : {1, 2}) {
    kept[stream - 1] = ::dup(stream);
    auto* file = std::fopen((stream == 1 ? output.out : output.err).c_str(), "w");
    ::dup2(::fileno(file), stream);
    std::fclose(file);
  }
  int exit = kt::run(all_commands(), static_cast<int>(argv.size()), argv.data());
  for (int stream : {1, 2}) {
    ::dup2(kept[stream - 1], stream);
    ::close(kept[stream - 1]);
  }
  return exit;
}

std::vector<std::string> lines_of(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

bool says(const std::string& path, std::string_view text) {
  return read_file(path).find(text) != std::string::npos;
}

/// The cells of a line of CSV, by RFC 4180.
std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> all(1);
  bool quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"')
      all.back() += line[++i];
    else if (line[i] == '"')
      quoted = !quoted;
    else if (line[i] == ',' && !quoted)
      all.emplace_back();
    else
      all.back() += line[i];
  }
  return all;
}

std::string words_of(const std::string& line) {
  std::istringstream in(line);
  std::string all;
  for (std::string word; in >> word;) all += all.empty() ? word : ' ' + word;
  return all;
}

void await(const std::function<bool()>& holds) {
  Deadline deadline(Milliseconds(20'000));
  while (!holds() && !deadline.expired()) Clock::system().sleep(Milliseconds(5));
}

struct World {
  OldBroker one{7}, two{int64_t{1} << 40}, three{12};
  FakeZooKeeper zookeeper;

  World() {
    int id = 0;
    for (const auto* broker : {&one, &two, &three})
      zookeeper.put("/brokers/ids/" + std::to_string(++id),
                    R"({"version":1,"host":"127.0.0.1","port":9092,"jmx_port":)" +
                        std::to_string(broker->session.port()) + R"(,"timestamp":"1"})");
  }
};

}  // namespace

TEST_CASE("all brokers at once, ports from ZooKeeper: side by side with sum, least and greatest") {
  World world;
  Output output;
  auto words = kAsked;
  words.insert(words.begin(), "get");
  REQUIRE(run(output, words, {"-z", world.zookeeper.address(), "-o", "json"}) == 0);
  auto json = Json::parse(read_file(output.out), "the answer");
  bool found = false;
  for (const auto& row : JsonPlace(json, "answer")["attributes"].items()) {
    CHECK(row["mbean"].text() == kMessagesIn);
    if (row["attribute"].text() != "Count") continue;
    found = true;
    CHECK(row["sum"].integer(0, INT64_MAX) == (int64_t{1} << 40) + 19);
    CHECK(row["min"].integer(0, INT64_MAX) == 7);
    CHECK(row["max"].integer(0, INT64_MAX) == int64_t{1} << 40);
    std::vector<int64_t> values;
    for (const auto& broker : row["brokers"].items()) {
      CHECK(broker["broker"].int32() == std::ssize(values) + 1);
      values.push_back(broker["value"].integer(0, INT64_MAX));
    }
    CHECK(values == std::vector<int64_t>{7, int64_t{1} << 40, 12});
  }
  CHECK(found);
  REQUIRE(run(output, words, {"-z", world.zookeeper.address()}) == 0);
  auto table = lines_of(output.out);
  CHECK(words_of(table.at(0)) == "MBEAN ATTRIBUTE BROKER 1 BROKER 2 BROKER 3 SUM MIN MAX");
  CHECK(words_of(table.at(1)) ==
        kMessagesIn + " Count 7 1099511627776 12 1099511627795 7 1099511627776");
}

TEST_CASE("a broker that is away is an error of its own, and the others are shown") {
  World world;
  Output output;
  world.two.session.is_down = true;
  auto words = kAsked;
  words.insert(words.begin(), "get");
  CHECK(run(output, words, {"-z", world.zookeeper.address(), "-o", "json"}) == 1);
  auto json = Json::parse(read_file(output.out), "the answer");
  JsonPlace answer(json, "answer");
  CHECK(answer["errors"].items().at(0)["broker"].int32() == 2);
  CHECK(answer["attributes"].items().at(0)["sum"].integer(0, 100) == 19);
}

TEST_CASE("for a collector: names without quotes, brokers as labels, numbers alone") {
  World world;
  Output output;
  auto words = kAsked;
  words.insert(words.begin(), "get");
  REQUIRE(run(output, words, {"-z", world.zookeeper.address(), "-o", "prometheus"}) == 0);
  auto lines = lines_of(output.out);
  const std::string kMetric = "kafka_server_BrokerTopicMetrics_AllTopicsMessagesInPerSec_Count";
  auto type = std::find(lines.begin(), lines.end(), "# TYPE " + kMetric + " untyped");
  REQUIRE(lines.end() - type >= 4);
  CHECK(type[1] == kMetric + R"({broker="1"} 7)");
  CHECK(type[2] == kMetric + R"({broker="2"} 1099511627776)");
  CHECK(type[3] == kMetric + R"({broker="3"} 12)");

  // What stands in keys beyond type and name becomes labels, whatever it is.
  FakeJolokia agent(std::map<std::string, std::string>{
      {R"(read k:type=a-b,name=1st.,topic="x\"y\\z",q=1 n,r,t,b,l)",
       R"({"value":{"n":null,"r":0.5,"t":"text","b":true,"l":[1,2]},"status":200})"}});
  REQUIRE(run(output,
              {"get", R"(k:type=a-b,name=1st.,topic="x\"y\\z",q=1)", "n", "r", "t", "b", "l"},
              {"--jolokia", agent.url(), "-o", "prometheus"}) == 0);
  auto labels = R"(address="http://127.0.0.1:)" + std::to_string(agent.port()) +
                R"(/jolokia/",topic="x\"y\\z",q="1")";
  CHECK(lines_of(output.out) ==
        std::vector<std::string>{"# TYPE k_a_b_1st_b untyped", "k_a_b_1st_b{" + labels + "} 1",
                                 "# TYPE k_a_b_1st_r untyped", "k_a_b_1st_r{" + labels + "} 0.5"});
}

TEST_CASE("JmxTool's columns: quotes of 0.8.0's names are doubled in CSV, and stand in TSV") {
  World world;
  Output output;
  auto words = kAsked;
  words.insert(words.begin(), "watch");
  REQUIRE(run(output, words,
              {"-z", world.zookeeper.address(), "-o", "csv", "--count", "2", "--interval", "10ms",
               "--date-format", "'T, \"x\"' yyyy"}) == 0);
  auto lines = lines_of(output.out);
  REQUIRE(lines.size() == 7);  // headings, and a line for each broker at each look
  CHECK(lines[0].starts_with(
      R"("time","broker","""kafka.server"":type=""BrokerTopicMetrics"",name=""AllTopicsMessagesInPerSec"":Count",)"));
  auto heads = cells(lines[0]);
  CHECK(heads == std::vector<std::string>{
                     "time", "broker", kMessagesIn + ":Count", kMessagesIn + ":FifteenMinuteRate",
                     kMessagesIn + ":FiveMinuteRate", kMessagesIn + ":OneMinuteRate"});
  for (size_t i = 1; i < lines.size(); ++i) {
    auto row = cells(lines[i]);
    REQUIRE(row.size() == heads.size());
    CHECK(row[0].starts_with("T, \"x\" 2"));
    CHECK(row[1] == std::to_string((i - 1) % 3 + 1));
    CHECK(row[2] == std::vector<std::string>{"7", "1099511627776", "12"}[(i - 1) % 3]);
  }
  REQUIRE(run(output, words, {"-z", world.zookeeper.address(), "-o", "tsv", "--count", "1"}) == 0);
  lines = lines_of(output.out);
  REQUIRE(lines.size() == 4);
  CHECK(lines[0].starts_with("time\tbroker\t" + kMessagesIn + ":Count\t"));
  CHECK(split(lines[3], '\t').at(2) == "12");
}

TEST_CASE(
    "a watch lives on over a restart, says so, and takes no counter for grown that began anew") {
  OldBroker broker(7);
  Output output;
  std::thread fate([&] {
    await([&] { return lines_of(output.out).size() > 8; });
    broker.say(7, 57);
    await([&] { return says(output.out, R"("value":57)"); });
    broker.session.is_down = true;
    await([&] { return says(output.err, "is lost"); });
    broker.say(57, 3);
    broker.session.is_down = false;
  });
  auto words = kAsked;
  words.insert(words.begin(), "watch");
  int exit = run(output, words,
                 {"--jmx", "127.0.0.1:" + std::to_string(broker.session.port()), "-o", "jsonl",
                  "--interval", "30ms", "--count", "30"});
  fate.join();
  CHECK(exit == 0);
  CHECK(says(output.err, "is back; its counters may have begun anew"));
  int64_t before = 0;
  std::set<int64_t> seen;
  for (const auto& line : lines_of(output.out)) {
    auto json = Json::parse(line, "a line");
    JsonPlace row(json, "row");
    if (row["attribute"].text() != "Count") continue;
    auto now = row["value"].integer(0, INT64_MAX);
    auto rate = row.find("per_second");
    if (before == 0 || now < before)
      CHECK(!rate);
    else
      REQUIRE(rate);
    seen.insert(now);
    before = now;
  }
  CHECK(seen == std::set<int64_t>{3, 7, 57});
}

TEST_CASE("--wait waits for an MBean that is not there yet; without it is said at once") {
  FakeJolokia agent(
      std::map<std::string, std::string>{{"search *:*", R"({"value":[],"status":200})"}});
  Output output;
  CHECK(run(output, {"watch", "k:type=m", "Value"}, {"--jolokia", agent.url(), "--count", "1"}) ==
        1);
  CHECK(says(output.err, "--wait waits for it"));
  auto asked = agent.questions();
  std::thread fate([&] {
    await([&] { return agent.questions() > asked + 4; });
    agent.teach("read k:type=m Value", R"({"value":42,"status":200})");
  });
  int exit = run(output, {"watch", "k:type=m", "Value"},
                 {"--jolokia", agent.url(), "--count", "1", "--wait", "--interval", "20ms", "-o",
                  "csv", "--date-format", "yyyy"});
  fate.join();
  CHECK(exit == 0);
  CHECK(cells(lines_of(output.out).at(1)).at(1) == "42");
  CHECK(run(output, {"watch", "k:type=n", "Value"},
            {"--jolokia", agent.url(), "--count", "1", "--wait", "--interval", "20ms", "--timeout",
             "100ms"}) == 4);
  CHECK(says(output.err, "has not appeared"));
}

TEST_CASE("short names are completed with what they mean, and then their attributes") {
  auto offered = [](std::vector<std::string> words) {
    Output output;
    std::vector<char*> argv;
    words.insert(words.begin(), {"kt", "__complete", "--", "jmx"});
    for (auto& word : words) argv.push_back(word.data());
    int kept = ::dup(1);
    auto* file = std::fopen(output.out.c_str(), "w");
    ::dup2(::fileno(file), 1);
    std::fclose(file);
    kt::run(all_commands(), static_cast<int>(argv.size()), argv.data());
    ::dup2(kept, 1);
    ::close(kept);
    return lines_of(output.out);
  };
  CHECK(offered({"get", "messages"}) == std::vector<std::string>{"messages-in\trecords appended"});
  CHECK(offered({"list", "messages"}) == offered({"get", "messages"}));
  CHECK(offered({"list", "messages-in", "messages"}).empty());  // it stands there
  CHECK(offered({"watch", "messages-in", "C"}) == std::vector<std::string>{"Count\t"});
}
