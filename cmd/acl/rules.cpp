#include "acl/rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace kt {

void parse_value(std::string_view text, AclTarget& target) {
  auto slash = text.find('/');
  auto word = text.substr(0, slash);
  auto name = slash == text.npos ? std::string_view() : text.substr(slash + 1);
  auto type = parse_acl_resource(word);
  if (type == AclResource::cluster && (name.empty() || name == kClusterResource)) {
    target = {AclResource::cluster, std::string(kClusterResource)};
    return;
  }
  if (!type || type == AclResource::any || type == AclResource::cluster || name.empty())
    throw Error(in_quotes(text) + " names nothing that has rights", Exit::usage,
                "it is one of topic/NAME, group/NAME, cluster, transactional-id/ID, "
                "delegation-token/ID, user/NAME; topic/* is all topics");
  target = {*type, std::string(name)};
}

void parse_value(std::string_view text, AclOperation& operation) {
  auto parsed = parse_acl_operation(text);
  if (!parsed || parsed == AclOperation::any)
    throw Error(in_quotes(text) + " is no operation", Exit::usage,
                "Read, Write, Create, Delete, Alter, Describe, AlterConfigs, DescribeConfigs, "
                "ClusterAction, IdempotentWrite, CreateTokens, DescribeTokens, TwoPhaseCommit or "
                "All");
  operation = *parsed;
}

void parse_value(std::string_view text, AclPermission& permission) {
  auto parsed = parse_acl_permission(text);
  if (!parsed || parsed == AclPermission::any)
    throw Error(in_quotes(text) + " is neither allow nor deny", Exit::usage);
  permission = *parsed;
}

std::vector<AclOperation> parse_operations(std::string_view text) {
  std::vector<AclOperation> operations;
  for (auto word : split(text, ',')) parse_value(trim(word), operations.emplace_back());
  return operations;
}

void check_principal(const std::string& principal) {
  auto colon = principal.find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == principal.size())
    throw Error(in_quotes(principal) + " is no principal", Exit::usage,
                fmt::format("write User:{}; User:* is everybody",
                            principal.empty() || colon != std::string::npos ? "NAME" : principal));
}

void check_operation(AclResource type, AclOperation operation) {
  auto known = operations_of(type);
  if (known.empty() || std::find(known.begin(), known.end(), operation) != known.end()) return;
  std::vector<std::string> names;
  for (auto one : known) names.push_back(name_of(one));
  throw Error(fmt::format("{} is nothing that is done to a {}", name_of(operation), name_of(type)),
              Exit::usage, "there are " + join(names, ", "));
}

std::vector<Argument> AclChoice::arguments(std::string_view spec, std::string_view help) {
  return {{spec, "", help, &targets},
          {"--principal", "TYPE:NAME", "Rules for this principal, as User:alice", &principal},
          {"--operation", "OPERATION", "Rules for this operation", &operation},
          {"--permission",
           "PERMISSION",
           "Rules that allow, or that deny",
           &permission,
           Complete::none,
           {"allow", "deny"}},
          {"--host", "ADDRESS", "Rules for this address of clients", &host}};
}

std::vector<AclFilter> AclChoice::filters(AclPattern pattern) const {
  AclFilter filter;
  if (principal) check_principal(*principal);
  filter.pattern = pattern;
  filter.principal = principal;
  filter.host = host;
  filter.operation = operation.value_or(AclOperation::any);
  filter.permission = permission.value_or(AclPermission::any);
  if (targets.empty()) return {filter};
  std::vector<AclFilter> filters;
  for (const auto& target : targets) {
    auto& one = filters.emplace_back(filter);
    one.resource_type = target.type;
    one.resource_name = target.name;
  }
  return filters;
}

Row row_of(const Acl& acl) {
  return {name_of(acl.resource_type),
          acl.resource_name,
          name_of(acl.pattern),
          name_of(acl.permission),
          name_of(acl.operation),
          acl.principal,
          acl.host};
}

std::string text_of(AclResource type, const std::string& name) {
  return type == AclResource::cluster ? name_of(type) : name_of(type) + "/" + name;
}

std::string sentence_of(const Acl& acl) {
  return fmt::format("{} {} on {}{} to {} from {}", name_of(acl.permission), name_of(acl.operation),
                     text_of(acl.resource_type, acl.resource_name),
                     acl.pattern == AclPattern::prefixed ? " (prefixed)" : "", acl.principal,
                     acl.host);
}

}  // namespace kt
