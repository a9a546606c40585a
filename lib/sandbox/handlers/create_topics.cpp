// Creates topics, by counts or by an explicit assignment of replicas.
#include "protocol/msg/create_topics.h"

#include <algorithm>
#include <set>

#include "sandbox/config_definitions.h"
#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

constexpr int32_t kMostPartitionsAtOnce = 10'000;  // as KRaft's controller
using Wanted = msg::CreateTopicsRequest::Topic;

Status check_counts(const Cluster& cluster, const Wanted& wanted, int32_t partitions,
                    int32_t replicas) {
  if (!wanted.assignments.empty() &&
      (wanted.num_partitions != -1 || wanted.replication_factor != -1))
    return {ErrorCode::invalid_request,
            "A manual partition assignment was given together with counts."};
  if (!wanted.assignments.empty()) return {};
  if (partitions <= 0)
    return {ErrorCode::invalid_partitions,
            "Number of partitions was set to an invalid non-positive value."};
  if (partitions > kMostPartitionsAtOnce)
    return {ErrorCode::policy_violation, "Unable to create that many partitions at once."};
  if (replicas <= 0)
    return {ErrorCode::invalid_replication_factor,
            "Replication factor must be larger than 0, or -1 to use the default value."};
  auto alive = std::ranges::count_if(cluster.brokers(),
                                     [](const auto& broker) { return broker->is_running(); });
  if (replicas > alive)
    return {ErrorCode::invalid_replication_factor,
            "Unable to replicate the partition " + std::to_string(replicas) + " time(s): only " +
                std::to_string(alive) + " broker(s) are registered."};
  return {};
}

Status read_assignment(const Cluster& cluster, const Wanted& wanted, Assignment& assignment) {
  assignment.resize(wanted.assignments.size());
  for (const auto& one : wanted.assignments) {
    bool fits =
        one.partition_index >= 0 && static_cast<size_t>(one.partition_index) < assignment.size();
    if (!fits || !assignment[static_cast<size_t>(one.partition_index)].empty())
      return {ErrorCode::invalid_replica_assignment,
              "Partitions should be a consecutive 0-based integer sequence."};
    assignment[static_cast<size_t>(one.partition_index)] = one.broker_ids;
  }
  return cluster.check_assignment(assignment);
}

Status check_configs(const Wanted& wanted) {
  for (const auto& config : wanted.configs) {
    const ConfigDefinition* definition = find_topic_config(config.name);
    if (!definition)
      return {ErrorCode::invalid_config, "Unknown topic config name: " + config.name};
    if (!config.value)
      return {ErrorCode::invalid_config,
              "Null value not supported for topic config: " + config.name};
    if (auto checked = check_config(*definition, *config.value); !checked.ok()) return checked;
  }
  return {};
}

void describe_configs(const Call& call, const Topic& topic,
                      msg::CreateTopicsResponse::Topic& result) {
  constexpr int8_t kSetOnTopic = 1, kDefault = 5;
  const Cluster& cluster = call.cluster;
  if (!may(call, AclOperation::describe_configs, AclResource::topic, topic.name)) {
    result.topic_config_error_code = number(ErrorCode::topic_authorization_failed);
    result.num_partitions = -1;
    result.replication_factor = -1;
    result.configs.reset();
    return;
  }
  auto& configs = result.configs.emplace();
  for (const ConfigDefinition& definition : topic_configs()) {
    bool own = topic.configs.contains(definition.name);
    configs.push_back({.name = definition.name,
                       .value = cluster.setting(topic, definition.name),
                       .read_only = false,
                       .config_source = own ? kSetOnTopic : kDefault,
                       .is_sensitive = false});
  }
}

msg::CreateTopicsResponse::Topic create(Call& call, const Wanted& wanted, bool validate_only) {
  Cluster& cluster = call.cluster;
  msg::CreateTopicsResponse::Topic result;
  result.name = wanted.name;
  result.error_message.reset();
  auto fail = [&](const Status& status) {
    result.error_code = number(status.code);
    result.error_message = status.message;
    if (call.version >= 5) result.configs.emplace();
    return result;
  };
  auto partitions = wanted.num_partitions == -1
                        ? static_cast<int32_t>(cluster.number_setting("num.partitions"))
                        : wanted.num_partitions;
  auto replicas = wanted.replication_factor == -1
                      ? static_cast<int32_t>(cluster.number_setting("default.replication.factor"))
                      : wanted.replication_factor;
  if (auto named = cluster.check_topic_name(wanted.name); !named.ok()) return fail(named);
  if (auto counted = check_counts(cluster, wanted, partitions, replicas); !counted.ok())
    return fail(counted);
  if (auto configured = check_configs(wanted); !configured.ok()) return fail(configured);
  Assignment assignment;
  if (wanted.assignments.empty())
    assignment = cluster.spread(partitions, replicas);
  else if (auto assigned = read_assignment(cluster, wanted, assignment); !assigned.ok())
    return fail(assigned);
  result.num_partitions = static_cast<int32_t>(assignment.size());
  result.replication_factor = static_cast<int16_t>(assignment.front().size());
  if (validate_only) return result;
  std::map<std::string, std::string> configs;
  for (const auto& config : wanted.configs) configs[config.name] = *config.value;
  Topic& topic = cluster.create_topic(wanted.name, assignment, std::move(configs));
  result.topic_id = topic.id;
  if (call.version >= 5) describe_configs(call, topic, result);
  return result;
}

msg::CreateTopicsResponse handle(Call& call, const msg::CreateTopicsRequest& request) {
  msg::CreateTopicsResponse response;
  std::multiset<std::string> names;
  for (const auto& wanted : request.topics) names.insert(wanted.name);
  ErrorCode refused = check_controller(call);
  if (call.injected_error != 0) refused = static_cast<ErrorCode>(call.injected_error);
  for (const auto& wanted : request.topics) {
    bool allowed = may(call, AclOperation::create, AclResource::cluster) ||
                   may(call, AclOperation::create, AclResource::topic, wanted.name);
    if (refused == ErrorCode::none && !allowed) {
      auto& denied = response.topics.emplace_back();
      denied.name = wanted.name;
      denied.error_code =
          number(call.cluster.release().at_least(2, 0) ? ErrorCode::topic_authorization_failed
                                                       : ErrorCode::cluster_authorization_failed);
      denied.error_message = "Authorization failed.";
      continue;
    }
    if (refused == ErrorCode::none && names.count(wanted.name) == 1) {
      response.topics.push_back(create(call, wanted, request.validate_only));
      continue;
    }
    msg::CreateTopicsResponse::Topic result;
    result.name = wanted.name;
    result.error_code = number(refused != ErrorCode::none ? refused : ErrorCode::invalid_request);
    if (refused == ErrorCode::none) result.error_message = "Duplicate topic name.";
    response.topics.push_back(std::move(result));
  }
  return response;
}

}  // namespace

Handler create_topics_handler() { return immediate<msg::CreateTopicsRequest, handle>(); }

}  // namespace kt::sandbox
