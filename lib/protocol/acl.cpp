#include "protocol/acl.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "protocol/errors.h"
#include "protocol/schema.h"

namespace kt {
namespace {

using Operation = AclOperation;
using Resource = AclResource;

template <class Number>
struct Named {
  Number number;
  std::string_view name;
};
constexpr std::array<Named<Resource>, 7> kResources{{
    {Resource::any, "any"},
    {Resource::topic, "topic"},
    {Resource::group, "group"},
    {Resource::cluster, "cluster"},
    {Resource::transactional_id, "transactional-id"},
    {Resource::delegation_token, "delegation-token"},
    {Resource::user, "user"},
}};
constexpr std::array<Named<Operation>, 15> kOperations{{
    {Operation::any, "Any"},
    {Operation::all, "All"},
    {Operation::read, "Read"},
    {Operation::write, "Write"},
    {Operation::create, "Create"},
    {Operation::remove, "Delete"},
    {Operation::alter, "Alter"},
    {Operation::describe, "Describe"},
    {Operation::cluster_action, "ClusterAction"},
    {Operation::describe_configs, "DescribeConfigs"},
    {Operation::alter_configs, "AlterConfigs"},
    {Operation::idempotent_write, "IdempotentWrite"},
    {Operation::create_tokens, "CreateTokens"},
    {Operation::describe_tokens, "DescribeTokens"},
    {Operation::two_phase_commit, "TwoPhaseCommit"},
}};
constexpr std::array<Named<AclPermission>, 3> kPermissions{
    {{AclPermission::any, "Any"}, {AclPermission::deny, "Deny"}, {AclPermission::allow, "Allow"}}};
constexpr std::array<Named<AclPattern>, 4> kPatterns{{{AclPattern::any, "any"},
                                                      {AclPattern::match, "match"},
                                                      {AclPattern::literal, "literal"},
                                                      {AclPattern::prefixed, "prefixed"}}};

template <class Number, size_t count>
std::string name_in(const std::array<Named<Number>, count>& names, Number number) {
  for (const auto& one : names)
    if (one.number == number) return std::string(one.name);
  return std::to_string(static_cast<int>(number));
}

/// Without what spellings differ in.
std::string bare(std::string_view text) {
  auto plain = lower(text);
  std::erase_if(plain, [](char c) { return c == '-' || c == '_'; });
  return plain;
}

template <class Number, size_t count>
std::optional<Number> number_in(const std::array<Named<Number>, count>& names,
                                std::string_view text) {
  for (const auto& one : names)
    if (bare(one.name) == bare(text)) return one.number;
  return std::nullopt;
}

/// What APIs ask for on resources; what is not here, on topics and groups, is not asked for.
struct Need {
  std::string_view api;
  Resource type;
  Operation operation;
};
constexpr Need kNeeds[] = {
    {"Produce", Resource::topic, Operation::write},
    {"Produce", Resource::transactional_id, Operation::write},
    {"Produce", Resource::cluster, Operation::idempotent_write},
    {"Fetch", Resource::topic, Operation::read},
    {"Fetch", Resource::cluster, Operation::cluster_action},
    {"ListOffsets", Resource::topic, Operation::describe},
    {"Metadata", Resource::topic, Operation::describe},
    {"Metadata", Resource::cluster, Operation::create},
    {"ControlledShutdown", Resource::cluster, Operation::cluster_action},
    {"OffsetCommit", Resource::topic, Operation::read},
    {"OffsetCommit", Resource::group, Operation::read},
    {"OffsetFetch", Resource::topic, Operation::describe},
    {"OffsetFetch", Resource::group, Operation::describe},
    {"FindCoordinator", Resource::group, Operation::describe},
    {"FindCoordinator", Resource::transactional_id, Operation::describe},
    {"JoinGroup", Resource::group, Operation::read},
    {"Heartbeat", Resource::group, Operation::read},
    {"LeaveGroup", Resource::group, Operation::read},
    {"SyncGroup", Resource::group, Operation::read},
    {"DescribeGroups", Resource::group, Operation::describe},
    {"ListGroups", Resource::cluster, Operation::describe},
    {"CreateTopics", Resource::topic, Operation::create},
    {"CreateTopics", Resource::cluster, Operation::create},
    {"DeleteTopics", Resource::topic, Operation::remove},
    {"DeleteRecords", Resource::topic, Operation::remove},
    {"InitProducerId", Resource::transactional_id, Operation::write},
    {"InitProducerId", Resource::cluster, Operation::idempotent_write},
    {"OffsetForLeaderEpoch", Resource::topic, Operation::describe},
    {"OffsetForLeaderEpoch", Resource::cluster, Operation::cluster_action},
    {"AddPartitionsToTxn", Resource::topic, Operation::write},
    {"AddPartitionsToTxn", Resource::transactional_id, Operation::write},
    {"AddOffsetsToTxn", Resource::group, Operation::read},
    {"AddOffsetsToTxn", Resource::transactional_id, Operation::write},
    {"EndTxn", Resource::transactional_id, Operation::write},
    {"WriteTxnMarkers", Resource::cluster, Operation::cluster_action},
    {"TxnOffsetCommit", Resource::topic, Operation::read},
    {"TxnOffsetCommit", Resource::group, Operation::read},
    {"TxnOffsetCommit", Resource::transactional_id, Operation::write},
    {"DescribeAcls", Resource::cluster, Operation::describe},
    {"CreateAcls", Resource::cluster, Operation::alter},
    {"DeleteAcls", Resource::cluster, Operation::alter},
    {"DescribeConfigs", Resource::topic, Operation::describe_configs},
    {"DescribeConfigs", Resource::group, Operation::describe_configs},
    {"DescribeConfigs", Resource::cluster, Operation::describe_configs},
    {"AlterConfigs", Resource::topic, Operation::alter_configs},
    {"AlterConfigs", Resource::group, Operation::alter_configs},
    {"AlterConfigs", Resource::cluster, Operation::alter_configs},
    {"AlterReplicaLogDirs", Resource::cluster, Operation::alter},
    {"DescribeLogDirs", Resource::cluster, Operation::describe},
    {"CreatePartitions", Resource::topic, Operation::alter},
    {"CreateDelegationToken", Resource::user, Operation::create_tokens},
    {"DescribeDelegationToken", Resource::delegation_token, Operation::describe},
    {"DeleteGroups", Resource::group, Operation::remove},
    {"ElectLeaders", Resource::cluster, Operation::alter},
    {"IncrementalAlterConfigs", Resource::topic, Operation::alter_configs},
    {"IncrementalAlterConfigs", Resource::group, Operation::alter_configs},
    {"IncrementalAlterConfigs", Resource::cluster, Operation::alter_configs},
    {"AlterPartitionReassignments", Resource::cluster, Operation::alter},
    {"ListPartitionReassignments", Resource::cluster, Operation::describe},
    {"OffsetDelete", Resource::topic, Operation::read},
    {"OffsetDelete", Resource::group, Operation::remove},
    {"DescribeClientQuotas", Resource::cluster, Operation::describe_configs},
    {"AlterClientQuotas", Resource::cluster, Operation::alter_configs},
    {"DescribeUserScramCredentials", Resource::cluster, Operation::describe},
    {"AlterUserScramCredentials", Resource::cluster, Operation::alter},
    {"DescribeQuorum", Resource::cluster, Operation::describe},
    {"UpdateFeatures", Resource::cluster, Operation::alter},
    {"DescribeProducers", Resource::topic, Operation::read},
    {"UnregisterBroker", Resource::cluster, Operation::alter},
    {"DescribeTransactions", Resource::topic, Operation::describe},
    {"DescribeTransactions", Resource::transactional_id, Operation::describe},
    {"ConsumerGroupHeartbeat", Resource::topic, Operation::describe},
    {"ConsumerGroupHeartbeat", Resource::group, Operation::read},
    {"ConsumerGroupDescribe", Resource::topic, Operation::describe},
    {"ConsumerGroupDescribe", Resource::group, Operation::describe},
    {"ListConfigResources", Resource::cluster, Operation::describe_configs},
    {"DescribeTopicPartitions", Resource::topic, Operation::describe},
    {"ShareGroupDescribe", Resource::group, Operation::describe},
    {"StreamsGroupDescribe", Resource::group, Operation::describe},
    {"DescribeShareGroupOffsets", Resource::topic, Operation::describe},
    {"DescribeShareGroupOffsets", Resource::group, Operation::describe},
    {"AlterShareGroupOffsets", Resource::topic, Operation::read},
    {"AlterShareGroupOffsets", Resource::group, Operation::read},
    {"DeleteShareGroupOffsets", Resource::topic, Operation::read},
    {"DeleteShareGroupOffsets", Resource::group, Operation::remove},
};

bool speaks_of(const Acl& acl, const AclQuestion& question) {
  bool whom = acl.principal == question.principal || acl.principal == kAnyPrincipal;
  bool where = acl.host == question.host || acl.host == kAnyAclName;
  return whom && where && acl.concerns(question.resource_type, question.resource_name);
}

}  // namespace

bool Acl::concerns(AclResource type, std::string_view name) const {
  if (resource_type != type) return false;
  if (pattern == AclPattern::prefixed) return name.starts_with(resource_name);
  return resource_name == name || resource_name == kAnyAclName;
}

bool AclFilter::matches(const Acl& acl) const {
  auto fits = [](auto wanted, auto is) { return wanted == decltype(wanted)::any || wanted == is; };
  if (!fits(resource_type, acl.resource_type) || !fits(operation, acl.operation) ||
      !fits(permission, acl.permission))
    return false;
  if (principal && *principal != acl.principal) return false;
  if (host && *host != acl.host) return false;
  if (pattern != AclPattern::match && !fits(pattern, acl.pattern)) return false;
  if (!resource_name) return true;
  return pattern == AclPattern::match ? acl.concerns(acl.resource_type, *resource_name)
                                      : *resource_name == acl.resource_name;
}

DescribeBy describe_by(std::string_view release) {
  if (release.starts_with("0.9") || release.starts_with("0.10.0")) return DescribeBy::read_write;
  return release.starts_with("0.10") ? DescribeBy::and_delete : DescribeBy::and_alter;
}

bool implies(AclOperation allowed, AclOperation operation, DescribeBy describe) {
  if (allowed == operation || allowed == Operation::all) return true;
  if (operation == Operation::describe_configs) return allowed == Operation::alter_configs;
  if (operation != Operation::describe) return false;
  return allowed == Operation::read || allowed == Operation::write ||
         (allowed == Operation::remove && describe >= DescribeBy::and_delete) ||
         (allowed == Operation::alter && describe >= DescribeBy::and_alter);
}

AclAnswer weigh(std::span<const Acl> acls, const AclQuestion& question, DescribeBy describe) {
  AclAnswer answer;
  for (const auto& acl : acls) {
    answer.has_rules |= acl.concerns(question.resource_type, question.resource_name);
    if (!speaks_of(acl, question)) continue;
    bool denies = acl.permission == AclPermission::deny &&
                  (acl.operation == question.operation || acl.operation == Operation::all);
    if (denies) return {false, acl, true};
    bool allows = acl.permission == AclPermission::allow &&
                  implies(acl.operation, question.operation, describe) && !answer.rule;
    if (!allows) continue;
    answer.allowed = true;
    answer.rule = acl;
  }
  return answer;
}

std::optional<AclOperation> operation_needed(int16_t api_key, AclResource type, bool before_1_0) {
  const auto* api = find_api(api_key);
  if (api == nullptr) return std::nullopt;
  if (before_1_0 && api->name == "OffsetFetch" && type == Resource::group) return Operation::read;
  for (const auto& need : kNeeds)
    if (need.api == api->name && need.type == type) return need.operation;
  return std::nullopt;
}

std::span<const AclOperation> operations_of(AclResource type) {
  using enum AclOperation;
  static constexpr AclOperation kTopic[] = {
      all, read, write, create, remove, alter, describe, describe_configs, alter_configs};
  static constexpr AclOperation kGroup[] = {all,          read, remove, describe, describe_configs,
                                            alter_configs};
  static constexpr AclOperation kCluster[] = {all,           create,          alter,
                                              describe,      cluster_action,  describe_configs,
                                              alter_configs, idempotent_write};
  static constexpr AclOperation kTransaction[] = {all, write, describe, two_phase_commit};
  static constexpr AclOperation kToken[] = {all, describe};
  static constexpr AclOperation kUser[] = {all, create_tokens, describe_tokens};
  switch (type) {
    case Resource::topic:
      return kTopic;
    case Resource::group:
      return kGroup;
    case Resource::cluster:
      return kCluster;
    case Resource::transactional_id:
      return kTransaction;
    case Resource::delegation_token:
      return kToken;
    case Resource::user:
      return kUser;
    default:
      return {};
  }
}

std::optional<AclResource> refused_resource(int16_t error_code) {
  switch (static_cast<ErrorCode>(error_code)) {
    case ErrorCode::topic_authorization_failed:
      return Resource::topic;
    case ErrorCode::group_authorization_failed:
      return Resource::group;
    case ErrorCode::cluster_authorization_failed:
      return Resource::cluster;
    case ErrorCode::transactional_id_authorization_failed:
      return Resource::transactional_id;
    case ErrorCode::delegation_token_authorization_failed:
      return Resource::delegation_token;
    default:
      return std::nullopt;
  }
}

int16_t refusal_of(AclResource type) {
  switch (type) {
    case Resource::topic:
      return static_cast<int16_t>(ErrorCode::topic_authorization_failed);
    case Resource::group:
      return static_cast<int16_t>(ErrorCode::group_authorization_failed);
    case Resource::transactional_id:
      return static_cast<int16_t>(ErrorCode::transactional_id_authorization_failed);
    case Resource::delegation_token:
    case Resource::user:
      return static_cast<int16_t>(ErrorCode::delegation_token_authorization_failed);
    default:
      return static_cast<int16_t>(ErrorCode::cluster_authorization_failed);
  }
}

std::string name_of(AclResource type) { return name_in(kResources, type); }
std::string name_of(AclOperation operation) { return name_in(kOperations, operation); }
std::string name_of(AclPermission permission) { return name_in(kPermissions, permission); }
std::string name_of(AclPattern pattern) { return name_in(kPatterns, pattern); }

std::optional<AclResource> parse_acl_resource(std::string_view text) {
  return number_in(kResources, text);
}
std::optional<AclOperation> parse_acl_operation(std::string_view text) {
  return number_in(kOperations, text);
}
std::optional<AclPermission> parse_acl_permission(std::string_view text) {
  return number_in(kPermissions, text);
}

}  // namespace kt
