// Rights that hold: the answers of the sandbox's authorizer, as Kafka's
// StandardAuthorizer gives them.
#include <doctest/doctest.h>

#include "protocol/errors.h"
#include "protocol/msg/create_acls.h"
#include "protocol/msg/create_topics.h"
#include "protocol/msg/delete_topics.h"
#include "protocol/msg/describe_acls.h"
#include "protocol/msg/init_producer_id.h"
#include "protocol/msg/list_groups.h"
#include "protocol/msg/metadata.h"
#include "protocol/msg/offset_commit.h"
#include "sandbox/client.h"
#include "sandbox/cluster.h"
#include "sandbox/sandbox.h"

using namespace kt;
using kt::sandbox::Sandbox;
using kt::test::Client;

namespace {

using Op = AclOperation;
using Settings = std::map<std::string, std::string>;
constexpr auto kTopicFailed = ErrorCode::topic_authorization_failed;
constexpr auto kClusterFailed = ErrorCode::cluster_authorization_failed;

struct Ruled {
  explicit Ruled(Settings more = {}, const std::string &version = "") {
    more["authorizer.class.name"] = "org.apache.kafka.metadata.authorizer.StandardAuthorizer";
    sandbox = std::make_unique<Sandbox>(
        sandbox::Options{.as_version = version, .configs = std::move(more)});
    sandbox->create_topic("orders", 1);
    sandbox->create_topic("other", 1);
    client = std::make_unique<Client>(sandbox->bootstrap());
  }

  void rule(AclPermission permission, Op operation, const std::string &name,
            AclPattern pattern = AclPattern::literal, AclResource type = AclResource::topic,
            const std::string &principal = "User:ANONYMOUS") {
    sandbox->run([&](sandbox::Cluster &cluster) {
      cluster.security().acls.insert({type, name, pattern, principal, "*", operation, permission});
    });
  }
  void allow(Op operation, const std::string &name, AclResource type = AclResource::topic) {
    rule(AclPermission::allow, operation, name, AclPattern::literal, type);
  }

  std::vector<std::string> listed() {
    msg::MetadataRequest request;
    request.topics.reset();
    std::vector<std::string> names;
    for (const auto &topic : client->ask(request, 9).topics) names.push_back(*topic.name);
    return names;
  }
  int16_t described(const std::string &name) {
    msg::MetadataRequest request;
    request.topics.emplace().emplace_back().name = name;
    return client->ask(request, 9).topics.at(0).error_code;
  }
  int16_t producer_id() {
    msg::InitProducerIdRequest request;
    request.transactional_id = std::nullopt;
    return client->ask(request, 2).error_code;
  }
  int16_t created(const std::string &name) {
    msg::CreateTopicsRequest request;
    auto &topic = request.topics.emplace_back();
    topic.name = name;
    topic.num_partitions = topic.replication_factor = 1;
    return client->ask(request, 5).topics.at(0).error_code;
  }

  std::unique_ptr<Sandbox> sandbox;
  std::unique_ptr<Client> client;
};

}  // namespace

TEST_CASE(
    "what nobody may see is left out where all is listed, and refused "
    "where it is named") {
  Ruled kafka;
  CHECK(kafka.listed().empty());
  CHECK(kafka.described("orders") == kTopicFailed);
  CHECK(kafka.described("absent") == kTopicFailed);  // or its absence would be told
  kafka.allow(Op::read, "orders");
  CHECK(kafka.listed() == std::vector<std::string>{"orders"});
  CHECK(kafka.described("orders") == ErrorCode::none);
}

TEST_CASE(
    "a rule that denies wins, of the cluster's rules those of a topic's "
    "prefix count too") {
  Ruled kafka;
  kafka.rule(AclPermission::allow, Op::describe, "o", AclPattern::prefixed);
  CHECK(kafka.listed() == std::vector<std::string>{"orders", "other"});
  kafka.rule(AclPermission::deny, Op::all, "ot", AclPattern::prefixed, AclResource::topic,
             "User:*");
  CHECK(kafka.listed() == std::vector<std::string>{"orders"});
  kafka.rule(AclPermission::deny, Op::read,
             "orders");  // Read denied leaves Describe
  CHECK(kafka.listed() == std::vector<std::string>{"orders"});
}

TEST_CASE("super users may do everything, whatever denies it") {
  Ruled kafka(Settings{{"super.users", "User:admin;User:ANONYMOUS"}});
  kafka.rule(AclPermission::deny, Op::all, "*", AclPattern::literal, AclResource::topic, "User:*");
  CHECK(kafka.described("orders") == ErrorCode::none);
  CHECK(kafka.producer_id() == ErrorCode::none);
}

TEST_CASE("what no rule is about is open where the brokers are set so") {
  Ruled kafka(Settings{{"allow.everyone.if.no.acl.found", "true"}});
  CHECK(kafka.described("orders") == ErrorCode::none);
  kafka.rule(AclPermission::allow, Op::read, "orders", AclPattern::literal, AclResource::topic,
             "User:alice");
  CHECK(kafka.described("orders") == kTopicFailed);
  CHECK(kafka.described("other") == ErrorCode::none);
}

TEST_CASE(
    "rights on the cluster: nothing is done without, item by item or as "
    "a whole") {
  Ruled kafka;
  msg::CreateAclsRequest request;
  auto &rule = request.creations.emplace_back();
  rule.resource_type = static_cast<int8_t>(AclResource::topic);
  rule.resource_name = "orders";
  rule.principal = "User:ANONYMOUS";
  rule.host = "*";
  rule.operation = static_cast<int8_t>(Op::all);
  rule.permission_type = static_cast<int8_t>(AclPermission::allow);
  CHECK(kafka.client->ask(request, 3).results.at(0).error_code == kClusterFailed);
  CHECK(kafka.described("orders") == kTopicFailed);
  CHECK(kafka.client->ask(msg::DescribeAclsRequest{}, 3).error_code == kClusterFailed);
  kafka.allow(Op::alter, "kafka-cluster", AclResource::cluster);
  CHECK(kafka.client->ask(request, 3).results.at(0).error_code == ErrorCode::none);
  CHECK(kafka.described("orders") == ErrorCode::none);
  CHECK(kafka.client->ask(msg::DescribeAclsRequest{}, 3).error_code == ErrorCode::none);  // Alter
}

TEST_CASE(
    "to write idempotently takes Write on any topic from 3.0 on, unless "
    "all of it is denied") {
  Ruled kafka;
  CHECK(kafka.producer_id() == kClusterFailed);
  kafka.rule(AclPermission::allow, Op::write, "app.", AclPattern::prefixed);
  CHECK(kafka.producer_id() == ErrorCode::none);
  kafka.rule(AclPermission::deny, Op::write, "app", AclPattern::prefixed);
  CHECK(kafka.producer_id() == kClusterFailed);
  kafka.allow(Op::idempotent_write, "kafka-cluster", AclResource::cluster);
  CHECK(kafka.producer_id() == ErrorCode::none);
  Ruled old({}, "2.8.2");
  old.rule(AclPermission::allow, Op::write, "app.", AclPattern::prefixed);
  CHECK(old.producer_id() == kClusterFailed);
}

TEST_CASE("a topic is created by who may create it, or any") {
  Ruled kafka;
  CHECK(kafka.created("new") == kTopicFailed);
  kafka.allow(Op::create, "new");
  CHECK(kafka.created("new") == ErrorCode::none);
  CHECK(kafka.created("newer") == kTopicFailed);
  kafka.allow(Op::create, "kafka-cluster", AclResource::cluster);
  CHECK(kafka.created("newer") == ErrorCode::none);
}

TEST_CASE("a topic is deleted by who may delete it, or with KRaft the cluster's things") {
  Ruled kafka;
  auto deleted = [&](const char *name) {
    msg::DeleteTopicsRequest request;
    request.topic_names = {name};
    return kafka.client->ask(request, 3).responses.at(0).error_code;
  };
  kafka.allow(Op::describe, "orders");
  CHECK(deleted("orders") == kTopicFailed);
  kafka.allow(Op::remove, "orders");
  CHECK(deleted("orders") == ErrorCode::none);
  kafka.allow(Op::remove, "kafka-cluster", AclResource::cluster);
  CHECK(deleted("other") == ErrorCode::none);
}

TEST_CASE("a group's positions take rights on the group and on each topic") {
  Ruled kafka;
  auto commit = [&] {
    msg::OffsetCommitRequest request;
    request.group_id = "billing";
    for (const char *name : {"orders", "other"}) {
      auto &topic = request.topics.emplace_back();
      topic.name = name;
      topic.partitions.emplace_back().committed_offset = 0;
    }
    std::vector<int16_t> codes;
    for (const auto &topic : kafka.client->ask(request, 8).topics)
      codes.push_back(topic.partitions.at(0).error_code);
    return codes;
  };
  auto number = [](ErrorCode code) { return static_cast<int16_t>(code); };
  auto group_failed = number(ErrorCode::group_authorization_failed);
  kafka.allow(Op::read, "orders");
  CHECK(commit() == std::vector{group_failed, group_failed});
  kafka.allow(Op::read, "billing", AclResource::group);
  CHECK(commit() == std::vector{int16_t{0}, number(kTopicFailed)});
  auto groups = kafka.client->ask(msg::ListGroupsRequest{}, 3).groups;
  CHECK(groups.size() == 1);
}
