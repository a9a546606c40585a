#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>

#include "protocol/errors.h"
#include "protocol/msg/alter_client_quotas.h"
#include "protocol/msg/alter_replica_log_dirs.h"
#include "protocol/msg/alter_user_scram_credentials.h"
#include "protocol/msg/api_versions.h"
#include "protocol/msg/consumer_group_heartbeat.h"
#include "protocol/msg/create_acls.h"
#include "protocol/msg/create_delegation_token.h"
#include "protocol/msg/describe_acls.h"
#include "protocol/msg/describe_client_quotas.h"
#include "protocol/msg/describe_delegation_token.h"
#include "protocol/msg/describe_log_dirs.h"
#include "protocol/msg/describe_user_scram_credentials.h"
#include "protocol/msg/expire_delegation_token.h"
#include "protocol/msg/renew_delegation_token.h"
#include "protocol/msg/share_group_describe.h"
#include "protocol/msg/share_group_heartbeat.h"
#include "protocol/msg/update_features.h"
#include "sandbox/client.h"
#include "sandbox/sandbox.h"
#include "support/temporary_directory.h"

using namespace kt;
using kt::sandbox::Sandbox;
using kt::test::Client;

namespace {

const std::map<std::string, std::string> kWithTokens = {{"delegation.token.secret.key", "s"}};

msg::UpdateFeaturesResponse set_level(Client& client, const std::string& feature, int16_t level,
                                      int8_t type) {
  msg::UpdateFeaturesRequest request;
  auto& update = request.feature_updates.emplace_back();
  update.feature = feature;
  update.max_version_level = level;
  update.upgrade_type = type;
  return client.ask(request, 2);
}

int16_t level_of(Client& client, const std::string& feature) {
  msg::ApiVersionsRequest request;
  request.client_software_name = request.client_software_version = "t";
  for (const auto& one : client.ask(request, 4).finalized_features)
    if (one.name == feature) return one.max_version_level;
  return 0;
}

msg::CreateDelegationTokenResponse create_token(Client& client, int64_t max_lifetime_ms = -1) {
  msg::CreateDelegationTokenRequest request;
  request.max_lifetime_ms = max_lifetime_ms;
  request.renewers.push_back({.principal_type = "User", .principal_name = "bob"});
  return client.ask(request, 3);
}

template <class Request>
auto change_token(Client& client, const std::string& hmac, int64_t Request::*field, int64_t value) {
  Request request;
  request.hmac = hmac;
  request.*field = value;
  return client.ask(request, 2);
}

size_t tokens(Client& client) {
  msg::DescribeDelegationTokenRequest request;
  request.owners.reset();
  return client.ask(request, 3).tokens.size();
}

}  // namespace

// Here and below, words and codes are those of a 4.3.0 broker asked the same.
TEST_CASE("feature levels move as on a real broker") {
  constexpr int8_t kUp = 1, kSafelyDown = 2;
  Sandbox sandbox;
  Client client(sandbox.bootstrap());
  CHECK(level_of(client, "transaction.version") == 2);
  auto refused = set_level(client, "transaction.version", 1, kUp);
  CHECK(refused.error_code == ErrorCode::invalid_update_version);
  CHECK(*refused.error_message ==
        "The update failed for all features since the following feature had an error: Invalid "
        "update version 1 for feature transaction.version. Can't downgrade the version of this "
        "feature without setting the upgrade type to either safe or unsafe downgrade.");
  CHECK(level_of(client, "transaction.version") == 2);
  CHECK(set_level(client, "transaction.version", 1, kSafelyDown).error_code == ErrorCode::none);
  CHECK(level_of(client, "transaction.version") == 1);
  refused = set_level(client, "transaction.version", 9, kUp);
  CHECK(refused.error_message->ends_with("Local controller 1 only supports versions 0-2"));
  refused = set_level(client, "nope", 1, kUp);
  CHECK(refused.error_message->ends_with("Local controller 1 does not support this feature."));
}

TEST_CASE("without group.version there is no new consumer protocol") {
  Sandbox sandbox;
  Client client(sandbox.bootstrap());
  msg::ConsumerGroupHeartbeatRequest join;
  join.group_id = "g";
  join.member_id = "AAAAAAAAAAAAAAAAAAAAAA";
  join.rebalance_timeout_ms = 1000;
  join.subscribed_topic_names = {"t"};
  join.topic_partitions.emplace();
  CHECK(client.ask(join, 1).error_code == ErrorCode::none);
  CHECK(set_level(client, "group.version", 0, 2).error_code == ErrorCode::none);
  CHECK(client.ask(join, 1).error_code == ErrorCode::unsupported_version);
}

TEST_CASE("share groups are answered: not supported") {
  Sandbox sandbox;
  Client client(sandbox.bootstrap());
  msg::ShareGroupHeartbeatRequest join;
  join.group_id = "g";
  CHECK(client.ask(join, 1).error_code == ErrorCode::unsupported_version);
  msg::ShareGroupDescribeRequest describe;
  describe.group_ids = {"g"};
  auto described = client.ask(describe, 1);
  REQUIRE(described.groups.size() == 1);
  CHECK(described.groups[0].group_id == "g");
  CHECK(described.groups[0].error_code == ErrorCode::unsupported_version);
}

TEST_CASE("no delegation tokens on plain text, as on a real broker, unless the sandbox has a key") {
  Sandbox sandbox;
  Client client(sandbox.bootstrap());
  CHECK(create_token(client).error_code == ErrorCode::delegation_token_request_not_allowed);
  Sandbox with_key({.configs = kWithTokens});
  Client allowed(with_key.bootstrap());
  CHECK(create_token(allowed).error_code == ErrorCode::none);
}

TEST_CASE("delegation tokens are created, renewed, expired and described") {
  constexpr int64_t kDayMs = 86'400'000;
  Sandbox sandbox({.configs = kWithTokens});
  Client client(sandbox.bootstrap());
  auto token = create_token(client);
  CHECK(token.expiry_timestamp_ms - token.issue_timestamp_ms == kDayMs);
  CHECK(token.max_timestamp_ms - token.issue_timestamp_ms == 7 * kDayMs);
  std::string hmac(token.hmac);
  auto renew = &msg::RenewDelegationTokenRequest::renew_period_ms;
  auto expire = &msg::ExpireDelegationTokenRequest::expiry_time_period_ms;
  auto renewed = change_token(client, hmac, renew, 100 * kDayMs);
  CHECK(renewed.error_code == ErrorCode::none);
  CHECK(renewed.expiry_timestamp_ms < token.issue_timestamp_ms + 2 * kDayMs);
  CHECK(renewed.expiry_timestamp_ms >= token.expiry_timestamp_ms);
  CHECK(change_token(client, "other", renew, 1).error_code ==
        ErrorCode::delegation_token_not_found);
  CHECK(tokens(client) == 1);
  CHECK(change_token(client, hmac, expire, -1).error_code == ErrorCode::none);
  CHECK(tokens(client) == 0);
  CHECK(change_token(client, hmac, expire, -1).error_code == ErrorCode::delegation_token_not_found);
}

TEST_CASE("replicas stay in the one log directory of their broker") {
  Sandbox sandbox({.brokers = 2});
  sandbox.create_topic("t", 1);
  Client client(sandbox.bootstrap());
  msg::DescribeLogDirsRequest describe;
  describe.topics.reset();
  auto directory = client.ask(describe, 4).results[0].log_dir;
  auto move_to = [&](const std::string& path, const std::string& topic) {
    msg::AlterReplicaLogDirsRequest request;
    auto& to = request.dirs.emplace_back();
    to.path = path;
    to.topics.push_back({.name = topic, .partitions = {0}});
    return client.ask(request, 2).results[0].partitions[0].error_code;
  };
  CHECK(move_to(directory, "t") == ErrorCode::none);
  CHECK(move_to(directory, "absent") == ErrorCode::unknown_topic_or_partition);
  CHECK(move_to("/elsewhere", "t") == ErrorCode::log_dir_not_found);
}

TEST_CASE("rights, quotas, SCRAM users, tokens and feature levels survive a restart") {
  TemporaryDirectory directory;
  std::string hmac;
  {
    Sandbox sandbox({.data_dir = directory.path(), .configs = kWithTokens});
    Client client(sandbox.bootstrap());
    msg::CreateAclsRequest acls;
    acls.creations.push_back({.resource_type = 2,
                              .resource_name = "a\tb%",
                              .resource_pattern_type = 4,
                              .principal = "User:x",
                              .host = "*",
                              .operation = 3,
                              .permission_type = 3});
    CHECK(client.ask(acls, 3).results[0].error_code == ErrorCode::none);
    msg::AlterClientQuotasRequest quotas;
    auto& entry = quotas.entries.emplace_back();
    entry.entity.push_back({.entity_type = "user", .entity_name = "x"});
    entry.entity.push_back({.entity_type = "client-id", .entity_name = std::nullopt});
    entry.ops.push_back({.key = "request_percentage", .value = 0.1, .remove = false});
    CHECK(client.ask(quotas, 1).entries[0].error_code == ErrorCode::none);
    msg::AlterUserScramCredentialsRequest users;
    auto& user = users.upsertions.emplace_back();
    user.name = "x";
    user.mechanism = 2;
    user.iterations = 5000;
    CHECK(client.ask(users, 0).results[0].error_code == ErrorCode::none);
    hmac = create_token(client).hmac;
    CHECK(set_level(client, "transaction.version", 0, 2).error_code == ErrorCode::none);
  }
  Sandbox sandbox({.data_dir = directory.path(), .configs = kWithTokens});
  Client client(sandbox.bootstrap());
  msg::DescribeAclsRequest acls;
  acls.resource_type_filter = acls.operation = acls.permission_type = 1;
  acls.pattern_type_filter = 1;
  acls.resource_name_filter = acls.principal_filter = acls.host_filter = std::nullopt;
  auto rights = client.ask(acls, 3).resources;
  REQUIRE(rights.size() == 1);
  CHECK(rights[0].resource_name == "a\tb%");
  CHECK(rights[0].pattern_type == 4);
  CHECK(rights[0].acls[0].principal == "User:x");
  auto quotas = client.ask(msg::DescribeClientQuotasRequest{}, 1);
  REQUIRE(quotas.entries->size() == 1);
  const auto& quota = quotas.entries->front();
  CHECK(quota.entity.size() == 2);
  for (const auto& part : quota.entity)
    CHECK(part.entity_name ==
          (part.entity_type == "user" ? std::optional<std::string>("x") : std::nullopt));
  CHECK(quota.values[0].value == 0.1);
  auto users = client.ask(msg::DescribeUserScramCredentialsRequest{.users = std::nullopt}, 0);
  REQUIRE(users.results.size() == 1);
  CHECK(users.results[0].credential_infos[0].iterations == 5000);
  msg::DescribeDelegationTokenRequest all;
  all.owners.reset();
  auto kept = client.ask(all, 3).tokens;
  REQUIRE(kept.size() == 1);
  CHECK(kept[0].hmac == hmac);
  CHECK(kept[0].renewers[0].principal_name == "bob");
  CHECK(level_of(client, "transaction.version") == 0);
}
