#include "sandbox/authorizer.h"

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "protocol/releases.h"
#include "sandbox/call.h"

namespace kt::sandbox {
namespace {

constexpr const char* kSuperUsers = "super.users";
constexpr const char* kOpenUnlessRuled = "allow.everyone.if.no.acl.found";

std::string option(const Call& call, const std::string& key) {
  const auto& configs = call.cluster.options().configs;
  auto found = configs.find(key);
  return found == configs.end() ? "" : found->second;
}

bool has_authorizer(const Call& call) { return !option(call, "authorizer.class.name").empty(); }

bool is_super_user(const Call& call, const std::string& principal) {
  auto names = option(call, kSuperUsers);
  auto users = split(names, ';');
  return std::ranges::any_of(users, [&](std::string_view user) { return trim(user) == principal; });
}

std::vector<Acl> rules_of(const Call& call) {
  const auto& acls = call.cluster.security().acls;
  return {acls.begin(), acls.end()};
}

/// Whether the rule denies all of what the other allows on its resources.
bool outweighs(const Acl& denial, const Acl& allowance) {
  if (denial.resource_name == kAnyAclName && denial.pattern == AclPattern::literal) return true;
  if (denial.pattern == AclPattern::prefixed)
    return allowance.resource_name.starts_with(denial.resource_name);
  return allowance.pattern == AclPattern::literal &&
         allowance.resource_name == denial.resource_name;
}

}  // namespace

bool is_of_authorizer(const std::string& setting) {
  return setting == kSuperUsers || setting == kOpenUnlessRuled;
}

std::string principal_of(const Call& call) {
  const auto* session = call.connection->sasl.get();
  if (session) return "User:" + session->user();
  auto subject = call.connection->subject();
  return "User:" + (subject.empty() ? "ANONYMOUS" : subject);
}

bool may(const Call& call, AclOperation operation, AclResource type, std::string_view name) {
  if (!has_authorizer(call)) return true;
  auto principal = principal_of(call);
  if (is_super_user(call, principal)) return true;
  auto answer = weigh(rules_of(call),
                      {type, std::string(name), operation, principal, call.connection->peer_host()},
                      describe_by(call.cluster.release().version()));
  if (!answer.rule && !answer.has_rules) return option(call, kOpenUnlessRuled) == "true";
  return answer.allowed;
}

ErrorCode check_right(const Call& call, AclResource type, std::string_view name) {
  bool before_1_0 = !call.cluster.release().at_least(1, 0);
  auto operation = operation_needed(call.api->key, type, before_1_0);
  if (!operation || may(call, *operation, type, name)) return ErrorCode::none;
  return static_cast<ErrorCode>(refusal_of(type));
}

bool may_write_idempotently(const Call& call) {
  if (may(call, AclOperation::idempotent_write, AclResource::cluster)) return true;
  if (!call.cluster.release().at_least(3, 0)) return false;
  auto principal = principal_of(call);
  std::vector<Acl> denials, allowances;
  for (const auto& acl : rules_of(call)) {
    bool speaks = acl.resource_type == AclResource::topic &&
                  (acl.principal == principal || acl.principal == kAnyPrincipal) &&
                  (acl.host == call.connection->peer_host() || acl.host == kAnyAclName) &&
                  (acl.operation == AclOperation::write || acl.operation == AclOperation::all);
    if (!speaks) continue;
    (acl.permission == AclPermission::deny ? denials : allowances).push_back(acl);
  }
  return std::ranges::any_of(allowances, [&](const Acl& allowance) {
    return std::ranges::none_of(denials,
                                [&](const Acl& denial) { return outweighs(denial, allowance); });
  });
}

ErrorCode check_cluster_right(const Call& call) {
  auto key = call.api->key;
  bool of_parts = operation_needed(key, AclResource::topic) ||
                  operation_needed(key, AclResource::group) ||
                  operation_needed(key, AclResource::transactional_id);
  // Who may not list all groups is told those that may be described.
  bool answers_less = call.api->name == "ListGroups";
  return of_parts || answers_less ? ErrorCode::none : check_right(call, AclResource::cluster);
}

}  // namespace kt::sandbox
