// What the commands of `kt acl` share: resources as typed, the flags that choose rules, and rules
// as rows.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/argument.h"
#include "output/value.h"
#include "protocol/acl.h"

namespace kt {

/// A resource as typed: `topic/orders`, `topic/*`, `cluster`.
struct AclTarget {
  AclResource type = AclResource::topic;
  std::string name;
};

/// These read what is typed; they throw a usage error that lists what there is.
void parse_value(std::string_view text, AclTarget& target);
void parse_value(std::string_view text, AclOperation& operation);
void parse_value(std::string_view text, AclPermission& permission);

/// Operations with commas between them.
std::vector<AclOperation> parse_operations(std::string_view text);

/// Throws a usage error where it is none of Kafka's form, `User:alice`.
void check_principal(const std::string& principal);

/// Throws a usage error where brokers never ask for the operation on such a resource.
void check_operation(AclResource type, AclOperation operation);

/// Words and flags that choose rules.
struct AclChoice {
  std::vector<AclTarget> targets;
  std::optional<std::string> principal, host;
  std::optional<AclOperation> operation;
  std::optional<AclPermission> permission;

  std::vector<Argument> arguments(std::string_view spec, std::string_view help);
  /// A filter for each resource; one where none is named.
  std::vector<AclFilter> filters(AclPattern pattern) const;
};

/// The columns of a rule, and the values of one.
inline const std::vector<Column> kAclColumns = {
    {"resource_type", "TYPE", Kind::text,
     "topic, group, cluster, transactional-id, delegation-token or user"},
    {"resource_name", "RESOURCE", Kind::text, "Its name, the start of it, or * for all"},
    {"pattern_type", "PATTERN", Kind::text, "literal, or prefixed: all names that begin so"},
    {"permission", "PERMISSION", Kind::text, "Allow or Deny"},
    {"operation", "OPERATION", Kind::text, "What is allowed or denied, All being everything"},
    {"principal", "PRINCIPAL", Kind::text, "To whom; User:* is everybody"},
    {"host", "HOST", Kind::text, "From which address; * is any"}};
Row row_of(const Acl& acl);

/// `Allow Read on topic/orders to User:alice from *`.
std::string sentence_of(const Acl& acl);
/// `topic/orders`, `cluster`.
std::string text_of(AclResource type, const std::string& name);

}  // namespace kt
