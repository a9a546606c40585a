// How rules are weighed: as StandardAuthorizer and AclAuthorizer of Kafka document it.
#include "protocol/acl.h"

#include <doctest/doctest.h>

#include <vector>

#include "protocol/msg/offset_commit.h"
#include "protocol/msg/offset_fetch.h"
#include "protocol/msg/produce.h"
#include "protocol/schema.h"

using namespace kt;

namespace {

Acl rule(AclPermission permission, AclOperation operation, std::string name,
         std::string principal = "User:alice", std::string host = "*",
         AclPattern pattern = AclPattern::literal) {
  return {AclResource::topic, std::move(name), pattern,   std::move(principal),
          std::move(host),    operation,       permission};
}

AclAnswer ask(const std::vector<Acl>& rules, AclOperation operation,
              std::string principal = "User:alice", std::string host = "10.0.0.1",
              DescribeBy by = DescribeBy::and_alter) {
  return weigh(
      rules, {AclResource::topic, "orders", operation, std::move(principal), std::move(host)}, by);
}

constexpr auto allow = AclPermission::allow, deny = AclPermission::deny;
using Op = AclOperation;

}  // namespace

TEST_CASE("without a rule for it nothing is allowed") {
  CHECK_FALSE(ask({}, Op::read).has_rules);
  std::vector rules{rule(allow, Op::read, "orders")};
  CHECK(ask(rules, Op::read).allowed);
  CHECK_FALSE(ask(rules, Op::write).allowed);
  CHECK(ask(rules, Op::write).has_rules);
  CHECK_FALSE(ask(rules, Op::read, "User:bob").allowed);
  CHECK_FALSE(ask({rule(allow, Op::read, "order")}, Op::read).has_rules);
  auto group = rule(allow, Op::read, "orders");
  group.resource_type = AclResource::group;
  CHECK_FALSE(ask({group}, Op::read).has_rules);
}

TEST_CASE("one that denies wins over all that allow, wherever it stands") {
  std::vector rules{rule(allow, Op::all, "orders"), rule(deny, Op::read, "*", "User:*")};
  CHECK_FALSE(ask(rules, Op::read).allowed);
  CHECK(ask(rules, Op::read).rule == rules[1]);
  CHECK(ask(rules, Op::write).allowed);
  std::swap(rules[0], rules[1]);
  CHECK_FALSE(ask(rules, Op::read).allowed);
  CHECK_FALSE(
      ask({rule(allow, Op::read, "orders"), rule(deny, Op::all, "orders")}, Op::read).allowed);
}

TEST_CASE("hosts and principals are the same or any, names begin so where prefixed") {
  CHECK(ask({rule(allow, Op::read, "orders", "User:alice", "10.0.0.1")}, Op::read).allowed);
  CHECK_FALSE(ask({rule(allow, Op::read, "orders", "User:alice", "10.0.0.2")}, Op::read).allowed);
  CHECK_FALSE(ask({rule(deny, Op::read, "orders", "User:alice", "10.0.0.2"),
                   rule(allow, Op::read, "orders", "User:alice", "10.0.0.2")},
                  Op::read)
                  .allowed);
  CHECK(ask({rule(allow, Op::read, "ord", "User:*", "*", AclPattern::prefixed)}, Op::read).allowed);
  CHECK_FALSE(
      ask({rule(allow, Op::read, "ords", "User:*", "*", AclPattern::prefixed)}, Op::read).allowed);
  CHECK(ask({rule(allow, Op::read, "*")}, Op::read).allowed);
  // A prefix of all names, and a star that is only literally one.
  CHECK(
      ask({rule(allow, Op::read, "", "User:alice", "*", AclPattern::prefixed)}, Op::read).allowed);
  CHECK_FALSE(
      ask({rule(allow, Op::read, "*", "User:alice", "*", AclPattern::prefixed)}, Op::read).allowed);
}

TEST_CASE("what is allowed implies to describe, what is denied does not") {
  for (auto operation : {Op::read, Op::write, Op::remove, Op::alter})
    CHECK(ask({rule(allow, operation, "orders")}, Op::describe).allowed);
  for (auto operation : {Op::create, Op::describe_configs, Op::alter_configs, Op::cluster_action})
    CHECK_FALSE(ask({rule(allow, operation, "orders")}, Op::describe).allowed);
  CHECK(ask({rule(allow, Op::alter_configs, "orders")}, Op::describe_configs).allowed);
  CHECK_FALSE(ask({rule(allow, Op::alter, "orders")}, Op::describe_configs).allowed);
  CHECK(ask({rule(deny, Op::read, "orders"), rule(allow, Op::describe, "orders")}, Op::describe)
            .allowed);
  // Before 0.11.
  CHECK(ask({rule(allow, Op::write, "orders")}, Op::describe, "User:alice", "h",
            DescribeBy::read_write)
            .allowed);
  CHECK_FALSE(ask({rule(allow, Op::remove, "orders")}, Op::describe, "User:alice", "h",
                  DescribeBy::read_write)
                  .allowed);
}

TEST_CASE("filters choose by name, or all that concern a resource") {
  auto literal = rule(allow, Op::read, "orders"), star = rule(allow, Op::read, "*"),
       prefix = rule(allow, Op::read, "ord", "User:bob", "*", AclPattern::prefixed);
  AclFilter filter{
      .resource_type = AclResource::topic, .resource_name = "orders", .pattern = AclPattern::match};
  CHECK(filter.matches(literal));
  CHECK(filter.matches(star));
  CHECK(filter.matches(prefix));
  filter.pattern = AclPattern::any;
  CHECK(filter.matches(literal));
  CHECK_FALSE(filter.matches(star));
  filter.resource_name = "ord";
  CHECK(filter.matches(prefix));
  filter.pattern = AclPattern::literal;
  CHECK_FALSE(filter.matches(prefix));
  CHECK_FALSE(AclFilter{.principal = "User:alice"}.matches(prefix));
  CHECK_FALSE(AclFilter{.operation = Op::write}.matches(literal));
  CHECK_FALSE(AclFilter{.permission = deny}.matches(literal));
  CHECK(AclFilter{}.matches(prefix));
}

TEST_CASE("names are read however they are spelt, and written as Kafka's tools take them") {
  for (const char* text : {"DescribeConfigs", "describe-configs", "DESCRIBE_CONFIGS"})
    CHECK(parse_acl_operation(text) == Op::describe_configs);
  CHECK(parse_acl_operation("Delete") == Op::remove);
  CHECK(parse_acl_resource("TransactionalId") == AclResource::transactional_id);
  CHECK_FALSE(parse_acl_operation("Raed"));
  CHECK(name_of(AclOperation(8)) == "Describe");
  CHECK(name_of(AclOperation(99)) == "99");
}

TEST_CASE("a refused resource names the operation by the API that was asked") {
  CHECK(operation_needed(msg::ProduceRequest::api().key, AclResource::topic) == Op::write);
  CHECK(operation_needed(msg::OffsetCommitRequest::api().key, AclResource::topic) == Op::read);
  CHECK(operation_needed(msg::OffsetCommitRequest::api().key, AclResource::group) == Op::read);
  CHECK(operation_needed(msg::OffsetFetchRequest::api().key, AclResource::group) == Op::describe);
  CHECK(operation_needed(msg::OffsetFetchRequest::api().key, AclResource::group, true) == Op::read);
  CHECK_FALSE(operation_needed(msg::OffsetCommitRequest::api().key, AclResource::cluster));
  CHECK(refused_resource(29) == AclResource::topic);
  CHECK(refused_resource(30) == AclResource::group);
  CHECK(refused_resource(31) == AclResource::cluster);
  CHECK(refused_resource(53) == AclResource::transactional_id);
  CHECK(refused_resource(65) == AclResource::delegation_token);
  CHECK_FALSE(refused_resource(3));
}

TEST_CASE("what implies Describe grew: Delete in 0.10.1, Alter in 0.11") {
  auto implied = [](const char* release, Op operation) {
    return ask({rule(allow, operation, "orders")}, Op::describe, "User:alice", "h",
               describe_by(release))
        .allowed;
  };
  CHECK_FALSE(implied("0.9", Op::remove));
  CHECK_FALSE(implied("0.10.0", Op::remove));
  CHECK(implied("0.10.1", Op::remove));
  CHECK(implied("0.10.2", Op::remove));
  CHECK_FALSE(implied("0.10.2", Op::alter));
  CHECK(implied("0.11", Op::alter));
  CHECK(implied("4.3", Op::alter));
}
