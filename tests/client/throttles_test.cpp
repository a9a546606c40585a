// Throttles beside what others have set: a fake of the settings, which does as brokers do.
#include "client/throttles.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/text.h"
#include "sandbox/sandbox.h"

using namespace kt;

namespace {

/// Settings in memory; lists are appended to and subtracted from as the change says.
class FakeSettings : public ThrottleSettings {
 public:
  std::map<std::string, Values> topics;
  std::map<int32_t, Values> brokers;
  std::string refused;  ///< the resource whose changes are refused

  std::map<std::string, Values> of_topics(const std::vector<std::string>& names) override {
    std::map<std::string, Values> found;
    for (const auto& name : names) found[name] = topics[name];
    return found;
  }

  std::map<int32_t, Values> of_brokers(const std::vector<int32_t>& ids) override {
    std::map<int32_t, Values> found;
    for (int32_t id : ids) found[id] = brokers[id];
    return found;
  }

  Outcome change(const ConfigResource& resource,
                 const std::vector<ConfigChange>& changes) override {
    if (resource.text() == refused) return {resource.text(), 29, "not allowed"};
    auto& values = resource.scope == ConfigScope::topic ? topics[resource.name]
                                                        : brokers[std::stoi(resource.name)];
    for (const auto& change : changes) apply(values, change);
    return {resource.text(), 0, ""};
  }

 private:
  static void apply(Values& values, const ConfigChange& change) {
    if (change.operation == ConfigOperation::set) values[change.name] = change.value;
    if (change.operation == ConfigOperation::remove) values.erase(change.name);
    std::vector<std::string> items;
    for (auto item : split(values[change.name], ','))
      if (!item.empty()) items.emplace_back(item);
    for (auto item : split(change.value, ',')) {
      if (change.operation == ConfigOperation::append) items.emplace_back(item);
      if (change.operation == ConfigOperation::subtract) std::erase(items, std::string(item));
    }
    values[change.name] = join(items, ",");
    if (values[change.name].empty()) values.erase(change.name);
  }
};

constexpr const char* kLeaderList = "leader.replication.throttled.replicas";
constexpr const char* kFollowerList = "follower.replication.throttled.replicas";
constexpr const char* kLeaderRate = "leader.replication.throttled.rate";
constexpr const char* kFollowerRate = "follower.replication.throttled.rate";

struct Fixture {
  Sandbox sandbox{{.brokers = 3}};
  Cluster cluster{options()};
  FakeSettings settings;

  Fixture() {
    sandbox.create_topic("a", 2, 1);
    sandbox.create_topic("b", 1, 1);
  }

  ClientOptions options() const {
    ClientOptions options;
    options.bootstrap = net::parse_host_ports(sandbox.bootstrap(), 9092);
    return options;
  }
};

const std::vector<ThrottledMove> kMove = {{{"a", 0}, {1, 2}, {2, 3}}};

}  // namespace

TEST_CASE("only what a move copies is throttled: its sources, its new brokers, nothing else") {
  FakeSettings settings;
  auto throttle = find_throttle(settings,
                                {{{"a", 0}, {1, 2}, {2, 3}},   // to 3, from 1 or 2
                                 {{"a", 1}, {1, 2}, {2, 1}},   // only the order
                                 {{"b", 0}, {1, 2, 3}, {1}}},  // only fewer
                                1000);
  CHECK(throttle.bytes_per_second == 1000);
  REQUIRE(throttle.topics.size() == 1);
  CHECK(throttle.topics["a"].leader == std::vector<std::string>{"0:1", "0:2"});
  CHECK(throttle.topics["a"].follower == std::vector<std::string>{"0:3"});
  CHECK(throttle.brokers.size() == 3);
  CHECK(settings.topics["a"].empty());

  CHECK(find_throttle(settings, {{{"a", 1}, {1, 2}, {2, 1}}}, 1000).empty());
}

TEST_CASE("a throttle is set beside that of others and taken back alone") {
  Fixture f;
  f.settings.topics["a"] = {{kLeaderList, "9:9"}};
  f.settings.brokers[1] = {{kLeaderRate, "77"}};
  auto before = std::pair(f.settings.topics["a"], f.settings.brokers[1]);
  auto throttle = find_throttle(f.settings, kMove, 1000);
  for (const auto& outcome : set_throttle(f.settings, throttle)) CHECK(outcome.error_code == 0);
  CHECK(f.settings.topics["a"][kLeaderList] == "9:9,0:1,0:2");
  CHECK(f.settings.topics["a"][kFollowerList] == "0:3");
  CHECK(f.settings.brokers[1][kLeaderRate] == "1000");
  CHECK(f.settings.brokers[3][kFollowerRate] == "1000");

  auto cleared = clear_throttle(f.cluster, f.settings, throttle);
  std::vector<std::string> changed;
  for (const auto& one : cleared.changed) changed.push_back(one.before.resource.text());
  CHECK(changed == std::vector<std::string>{"topic/a", "broker/1", "broker/2", "broker/3"});
  CHECK(cleared.failed.empty());
  CHECK(f.settings.topics["a"] == before.first);
  CHECK(f.settings.brokers[1] == before.second);
  CHECK(f.settings.brokers[3].empty());
  CHECK(clear_throttle(f.cluster, f.settings, throttle).changed.empty());
}

TEST_CASE("entries that were there before are not ours to take back") {
  Fixture f;
  f.settings.topics["a"] = {{kLeaderList, "0:1"}, {kFollowerList, "*"}};
  auto throttle = find_throttle(f.settings, kMove, 1000);
  CHECK(throttle.topics["a"].leader == std::vector<std::string>{"0:2"});
  CHECK(throttle.topics["a"].follower.empty());
  set_throttle(f.settings, throttle);
  clear_throttle(f.cluster, f.settings, throttle);
  CHECK(f.settings.topics["a"] ==
        ThrottleSettings::Values{{kLeaderList, "0:1"}, {kFollowerList, "*"}});
}

TEST_CASE("a rate that somebody changed since stays, and so does one that others' replicas need") {
  Fixture f;
  auto throttle = find_throttle(f.settings, kMove, 1000);
  set_throttle(f.settings, throttle);
  f.settings.brokers[1][kLeaderRate] = "5";
  f.settings.topics["b"] = {{kFollowerList, "0:3"}};
  auto cleared = clear_throttle(f.cluster, f.settings, throttle);
  CHECK(f.settings.brokers[1] == ThrottleSettings::Values{{kLeaderRate, "5"}});
  CHECK(f.settings.brokers[2].empty());
  CHECK(f.settings.brokers[3].size() == 2);
  REQUIRE(cleared.kept.size() == 1);
  CHECK(cleared.kept[0].starts_with("broker/3 "));
}

TEST_CASE("what cannot be cleared is told") {
  Fixture f;
  auto throttle = find_throttle(f.settings, kMove, 1000);
  set_throttle(f.settings, throttle);
  f.settings.refused = "topic/a";
  auto cleared = clear_throttle(f.cluster, f.settings, throttle);
  REQUIRE(cleared.failed.size() == 1);
  CHECK(cleared.failed[0].name == "topic/a");
  // Its replicas are still throttled, so a rate on their brokers is in use.
  CHECK(f.settings.topics["a"].size() == 2);
}

TEST_CASE("throttles are stale where nothing of the topic moves, rates where no list is in use") {
  Fixture f;
  f.settings.topics["a"] = {{kLeaderList, "0:1"}};
  f.settings.topics["b"] = {{kFollowerList, "0:3"}};
  f.settings.brokers[2] = {{kLeaderRate, "9"}};
  auto moving = stale_throttles(f.cluster, f.settings, {{{"a", 0}, {1, 2}, {2}, {1}}});
  REQUIRE(moving.size() == 1);
  CHECK(moving[0].resource == "topic/b");
  CHECK(moving[0].value == "0:3");
  auto idle = stale_throttles(f.cluster, f.settings, {});
  REQUIRE(idle.size() == 3);
  CHECK(idle[2].resource == "broker/2");
  CHECK(idle[2].setting == kLeaderRate);
}
