#include "client/admin_configs.h"

#include <doctest/doctest.h>

using namespace kt;

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

ResourceConfigs topic_with(std::vector<ConfigEntry> entries) {
  ResourceConfigs configs;
  configs.resource = parse_config_resource("topic/orders");
  configs.entries = std::move(entries);
  return configs;
}

ConfigEntry entry(std::string name, std::optional<std::string> value, bool is_override) {
  ConfigEntry made;
  made.name = std::move(name);
  made.value = std::move(value);
  made.is_override = is_override;
  return made;
}

}  // namespace

TEST_CASE("things with settings are named by kind and name") {
  CHECK(parse_config_resource("topic/orders").scope == ConfigScope::topic);
  CHECK(parse_config_resource("broker/").name.empty());
  CHECK(parse_config_resource("user/CN=a/b").name == "CN=a/b");
  CHECK(parse_config_resource("ip/10.0.0.1").is_quota());
  CHECK(parse_config_resource("group/g").text() == "group/g");
  auto pair = parse_config_resource("user/CN=a,O=b,client/app");
  CHECK(pair.scope == ConfigScope::user_client);
  CHECK(pair.name == "CN=a,O=b");
  CHECK(pair.client_id == "app");
  CHECK(pair.text() == "user/CN=a,O=b,client/app");
  CHECK(parse_config_resource("user/,client/").scope == ConfigScope::user_client);
  CHECK(parse_config_resource("client/a,client/b").name == "a,client/b");
  CHECK_THROWS_AS(parse_config_resource("orders"), Error);
  CHECK_THROWS_AS(parse_config_resource("topics/orders"), Error);
}

TEST_CASE("settings sent as a whole keep what was set, and leave out what is inherited") {
  auto now = topic_with({entry("cleanup.policy", "delete", false),
                         entry("retention.ms", "1000", true), entry("segment.ms", "5", true)});
  CHECK(rewritten_configs(now, {{"retention.ms", ConfigOperation::set, "2000"}}) ==
        Pairs{{"retention.ms", "2000"}, {"segment.ms", "5"}});
  CHECK(rewritten_configs(now, {{"retention.ms", ConfigOperation::remove, ""}}) ==
        Pairs{{"segment.ms", "5"}});
}

TEST_CASE("a list changed as a whole starts from the value in force") {
  auto now = topic_with({entry("cleanup.policy", "delete", false)});
  CHECK(rewritten_configs(now, {{"cleanup.policy", ConfigOperation::append, "compact"}}) ==
        Pairs{{"cleanup.policy", "delete,compact"}});
  CHECK(rewritten_configs(now, {{"cleanup.policy", ConfigOperation::append, "delete"}}) ==
        Pairs{{"cleanup.policy", "delete"}});
  auto both = topic_with({entry("cleanup.policy", "delete,compact", true)});
  CHECK(rewritten_configs(both, {{"cleanup.policy", ConfigOperation::subtract, "delete"}}) ==
        Pairs{{"cleanup.policy", "compact"}});
}

TEST_CASE("a secret that brokers do not tell is not lost by sending settings as a whole") {
  auto now = topic_with({entry("ssl.keystore.password", std::nullopt, true)});
  CHECK_THROWS_AS(rewritten_configs(now, {{"retention.ms", ConfigOperation::set, "1"}}), Error);
  CHECK(rewritten_configs(now, {{"ssl.keystore.password", ConfigOperation::set, "new"}}) ==
        Pairs{{"ssl.keystore.password", "new"}});
}
