// Rights (ACLs): who may do what to which resource, with Kafka's numbers and words, and how its
// authorizers weigh them. What client and sandbox share, since both decide by the same rules.
//
// Weighing, as AclAuthorizer and StandardAuthorizer do: of all rules for the resource (by its name,
// by `*`, by a prefix of it) one that denies the operation to the principal at the host wins over
// all that allow it; without either the answer is no. Super users and
// allow.everyone.if.no.acl.found come before and are the brokers' own.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kt {

enum class AclResource : int8_t {
  any = 1,
  topic,
  group,
  cluster,
  transactional_id,  ///< 0.11
  delegation_token,  ///< 1.1
  user,              ///< 3.3
};
enum class AclPattern : int8_t { any = 1, match, literal, prefixed };
enum class AclOperation : int8_t {
  any = 1,
  all,
  read,
  write,
  create,
  remove,
  alter,
  describe,
  cluster_action,
  describe_configs,
  alter_configs,
  idempotent_write,
  create_tokens,
  describe_tokens,
  two_phase_commit,
};
enum class AclPermission : int8_t { any = 1, deny, allow };

/// The name of the only resource of type cluster.
constexpr std::string_view kClusterResource = "kafka-cluster";
/// As a resource's name or a host: any.
constexpr std::string_view kAnyAclName = "*";
constexpr std::string_view kAnyPrincipal = "User:*";

/// One rule.
struct Acl {
  AclResource resource_type = AclResource::topic;
  std::string resource_name;
  AclPattern pattern = AclPattern::literal;
  std::string principal;  ///< `User:alice`
  std::string host = std::string(kAnyAclName);
  AclOperation operation = AclOperation::all;
  AclPermission permission = AclPermission::allow;

  /// Whether it is about the resource of this name: by name, by `*` or by prefix.
  bool concerns(AclResource type, std::string_view name) const;
  auto operator<=>(const Acl&) const = default;
};

/// What rules are asked for; nothing and `any` stand for anything.
struct AclFilter {
  AclResource resource_type = AclResource::any;
  std::optional<std::string> resource_name{};
  AclPattern pattern = AclPattern::any;  ///< `match`: all that concern the resource
  std::optional<std::string> principal{};
  std::optional<std::string> host{};
  AclOperation operation = AclOperation::any;
  AclPermission permission = AclPermission::any;

  bool matches(const Acl& acl) const;
};

/// What somebody wants to do.
struct AclQuestion {
  AclResource resource_type = AclResource::topic;
  std::string resource_name;
  AclOperation operation = AclOperation::read;
  std::string principal;  ///< empty: somebody whom no rule names
  std::string host;       ///< empty: an address that no rule names
};

/// How rules answer it.
struct AclAnswer {
  bool allowed = false;
  std::optional<Acl> rule;  ///< the one that decides; nothing where none speaks of it
  bool has_rules = false;   ///< whether any rule concerns the resource
};

/// Besides Read and Write, what implies Describe: nothing before 0.10.1, Delete before 0.11.
enum class DescribeBy { read_write, and_delete, and_alter };
/// By the release, `0.10.2`.
DescribeBy describe_by(std::string_view release);

/// Whether the permission of `allowed` is one for `operation` too; AlterConfigs is for
/// DescribeConfigs.
bool implies(AclOperation allowed, AclOperation operation,
             DescribeBy describe = DescribeBy::and_alter);

/// Weighs the rules.
AclAnswer weigh(std::span<const Acl> acls, const AclQuestion& question,
                DescribeBy describe = DescribeBy::and_alter);

/// The operation that an API takes on a resource that it refused with the code of its type; Kafka's
/// documentation has the list. Nothing where it takes none. Before 1.0 (`before_1_0`) a group's
/// positions took Read.
std::optional<AclOperation> operation_needed(int16_t api_key, AclResource type,
                                             bool before_1_0 = false);

/// Those that brokers ever ask for on a resource of this type, All first.
std::span<const AclOperation> operations_of(AclResource type);

/// The type that a TOPIC_AUTHORIZATION_FAILED and its kin are about.
std::optional<AclResource> refused_resource(int16_t error_code);
/// The code of that type.
int16_t refusal_of(AclResource type);

/// `topic`, `transactional-id`; `DescribeConfigs`; `Allow`; `prefixed`. A number that kt does not
/// know as such.
std::string name_of(AclResource type);
std::string name_of(AclOperation operation);
std::string name_of(AclPermission permission);
std::string name_of(AclPattern pattern);

/// Reads names however they are spelt: `DescribeConfigs`, `describe-configs`, `DESCRIBE_CONFIGS`.
std::optional<AclResource> parse_acl_resource(std::string_view text);
std::optional<AclOperation> parse_acl_operation(std::string_view text);
std::optional<AclPermission> parse_acl_permission(std::string_view text);

}  // namespace kt
