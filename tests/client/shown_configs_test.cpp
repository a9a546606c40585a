// Changed settings are waited for until every broker shows them, in whatever spelling.
#include <doctest/doctest.h>

#include <atomic>

#include "client/admin_configs.h"
#include "protocol/msg/metadata.h"
#include "support/fake_broker.h"

using namespace kt;
using kt::test::FakeBroker;

namespace {

constexpr int8_t kOfTopic = 1, kDefault = 5;

using Config = msg::DescribeConfigsResponse::Result::Config;

Config config(std::string name, std::optional<std::string> value, int8_t source = kOfTopic) {
  Config made;
  made.name = std::move(name);
  made.value = std::move(value);
  made.config_source = source;
  return made;
}

/// What a broker shows of the topic, this time.
using Shows = std::function<std::vector<Config>()>;

/// Two brokers that show what they are told to.
class TwoBrokers {
 public:
  TwoBrokers(Shows first, Shows second) {
    set_up(first_, std::move(first));
    set_up(second_, std::move(second));
  }

  bool await(const ConfigEntry& before, const ConfigChange& change, int timeout_ms) {
    ClientOptions options;
    options.bootstrap = {{"127.0.0.1", first_.port()}, {"127.0.0.1", second_.port()}};
    options.timeout = Milliseconds(timeout_ms);
    options.backoff = options.max_backoff = Milliseconds(1);
    Cluster cluster(options);
    ResourceConfigs was;
    was.resource = {ConfigScope::topic, "orders"};
    was.entries = {before};
    return await_configs(cluster, {{was, {change}}});
  }

 private:
  void set_up(FakeBroker& broker, Shows shows) {
    broker.speaks({FakeBroker::range(3, 0, 9), FakeBroker::range(32, 0, 1)});
    broker.on<msg::MetadataRequest>([this](const auto&, int16_t) {
      msg::MetadataResponse response;
      int32_t id = 0;
      for (auto port : {first_.port(), second_.port()}) {
        auto& listed = response.brokers.emplace_back();
        listed.node_id = ++id;
        listed.host = "127.0.0.1";
        listed.port = port;
      }
      return response;
    });
    broker.on<msg::DescribeConfigsRequest>([shows](const auto& request, int16_t) {
      msg::DescribeConfigsResponse response;
      auto& result = response.results.emplace_back();
      result.resource_type = request.resources.at(0).resource_type;
      result.resource_name = request.resources.at(0).resource_name;
      result.configs = shows();
      return response;
    });
  }

  FakeBroker first_, second_;
};

Shows always(Config config) {
  return [config] { return std::vector{config}; };
}

ConfigEntry was(std::string value, bool is_override) {
  ConfigEntry entry;
  entry.name = "x";
  entry.value = std::move(value);
  entry.is_override = is_override;
  return entry;
}

/// Long for a busy machine, and what is enough to see that nothing comes.
constexpr int kPatient = 20'000, kShort = 300;

/// Both brokers show this after the change.
bool seen(const ConfigEntry& before, const ConfigChange& change, const Config& now,
          int timeout_ms = kPatient) {
  return TwoBrokers(always(now), always(now)).await(before, change, timeout_ms);
}

constexpr auto kSet = ConfigOperation::set;
constexpr auto kRemove = ConfigOperation::remove;
constexpr auto kAppend = ConfigOperation::append;
constexpr auto kSubtract = ConfigOperation::subtract;

}  // namespace

TEST_CASE("a change is waited for until the last broker shows it") {
  std::atomic<int> looks = 0;
  Shows late = [&] {
    return std::vector{++looks < 4 ? config("x", "1", kDefault) : config("x", "2")};
  };
  CHECK(TwoBrokers(always(config("x", "2")), late)
            .await(was("1", false), {"x", kSet, "2"}, kPatient));
  CHECK(looks == 4);
}

TEST_CASE("a change that one broker never shows is not seen") {
  // A broker that cannot be reached in half of the time counts as down: that is no busy machine's.
  constexpr int kReachesBoth = 3'000;
  CHECK_FALSE(TwoBrokers(always(config("x", "2")), always(config("x", "1")))
                  .await(was("1", true), {"x", kSet, "2"}, kReachesBoth));
}

TEST_CASE("brokers tell values in their own spelling, and secrets not at all") {
  CHECK(seen(was("true", true), {"x", kSet, "TRUE"}, config("x", "true")));
  CHECK(seen(was("1000", true), {"x", kSet, "1e3"}, config("x", "1000")));
  CHECK(seen(was("a,b", true), {"x", kSet, " a, b"}, config("x", "a,b")));
  CHECK(seen(was("1", true), {"x", kSet, "0x10"}, config("x", "16")));
  CHECK(seen(was("", false), {"x", kSet, "secret"}, config("x", std::nullopt)));
  CHECK_FALSE(seen(was("1", true), {"x", kSet, "2"}, config("x", "1"), kShort));
  CHECK_FALSE(seen(was("2", false), {"x", kSet, "2"}, config("x", "2", kDefault), kShort));
}

TEST_CASE("what is unset, appended or subtracted is looked for as such") {
  CHECK(seen(was("1", true), {"x", kRemove, ""}, config("x", "1", kDefault)));
  CHECK_FALSE(seen(was("1", true), {"x", kRemove, ""}, config("x", "1"), kShort));
  CHECK(seen(was("a", true), {"x", kAppend, "b,c"}, config("x", "a,b,c")));
  CHECK_FALSE(seen(was("a", true), {"x", kAppend, "b,c"}, config("x", "a,b"), kShort));
  CHECK(seen(was("a,b", true), {"x", kSubtract, "b"}, config("x", "a")));
  CHECK_FALSE(seen(was("a,b", true), {"x", kSubtract, "b"}, config("x", "a,b"), kShort));
}
