// Brokers, topics and leaders. Versions before 4 create an absent topic that is named; before 1 an
// empty list asks for all topics.
#include "protocol/msg/metadata.h"

#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

using Response = msg::MetadataResponse;

Response::Topic::Partition describe(const Call& call, const Partition& partition) {
  Response::Topic::Partition described;
  bool leaderless = partition.leader() < 0;
  described.error_code = number(leaderless ? ErrorCode::leader_not_available : ErrorCode::none);
  described.partition_index = partition.index();
  described.leader_id = partition.leader();
  described.leader_epoch = partition.leader_epoch();
  described.replica_nodes = partition.replicas;
  described.isr_nodes = partition.isr;
  for (int32_t replica : partition.replicas)
    if (!call.cluster.is_alive(replica)) described.offline_replicas.push_back(replica);
  return described;
}

Response::Topic describe(const Call& call, const Topic& topic, bool with_operations) {
  Response::Topic described;
  described.name = topic.name;
  described.topic_id = topic.id;
  described.is_internal = topic.internal;
  for (const auto& partition : topic.partitions)
    described.partitions.push_back(describe(call, *partition));
  if (with_operations) described.topic_authorized_operations = topic_operations(call, topic.name);
  return described;
}

/// Whether asking for the absent topic may not create it.
bool denied(const Call& call, const std::string& name) {
  return call.cluster.setting("auto.create.topics.enable") == "true" &&
         !may(call, AclOperation::create, AclResource::cluster) &&
         !may(call, AclOperation::create, AclResource::topic, name);
}

/// As a client sees a topic that is absent, and perhaps being created by this very question.
Response::Topic describe_absent(Call& call, const msg::MetadataRequest& request,
                                const std::string& name) {
  Response::Topic described;
  described.name = name;
  auto named = call.cluster.check_topic_name(name);
  bool creatable = call.version < 4 || request.allow_auto_topic_creation;
  if (named.code == ErrorCode::invalid_topic_exception)
    described.error_code = number(named.code);
  else if (creatable && denied(call, name))
    described.error_code = number(ErrorCode::topic_authorization_failed);
  else if (creatable && call.cluster.auto_create(name))
    described.error_code = number(ErrorCode::leader_not_available);
  else
    described.error_code = number(ErrorCode::unknown_topic_or_partition);
  return described;
}

Response::Topic answer(Call& call, const msg::MetadataRequest& request,
                       const msg::MetadataRequest::Topic& asked) {
  bool with_operations = request.include_topic_authorized_operations;
  if (!asked.name || !asked.topic_id.is_zero()) {
    Topic* topic = call.cluster.topic(asked.topic_id);
    auto refused = topic ? check_right(call, AclResource::topic, topic->name) : ErrorCode::none;
    if (topic && refused == ErrorCode::none) return describe(call, *topic, with_operations);
    Response::Topic unknown;
    unknown.error_code = number(topic ? refused : ErrorCode::unknown_topic_id);
    unknown.topic_id = asked.topic_id;
    if (call.version >= 12) unknown.name = std::nullopt;
    return unknown;
  }
  if (auto refused = check_right(call, AclResource::topic, *asked.name);
      refused != ErrorCode::none) {
    Response::Topic hidden;
    hidden.name = asked.name;
    // Before 0.11 what may not be seen is not there.
    hidden.error_code = number(
        call.cluster.release().at_least(0, 11) ? refused : ErrorCode::unknown_topic_or_partition);
    return hidden;
  }
  if (Topic* topic = call.cluster.topic(*asked.name))
    return describe(call, *topic, with_operations);
  return describe_absent(call, request, *asked.name);
}

Response handle(Call& call, const msg::MetadataRequest& request) {
  const Cluster& cluster = call.cluster;
  Response response;
  for (const auto& broker : cluster.brokers()) {
    if (!broker->is_running()) continue;
    response.brokers.push_back({.node_id = broker->id(),
                                .host = broker->host(),
                                .port = broker->port(),
                                .rack = std::nullopt});
  }
  response.cluster_id = cluster.id();
  response.controller_id = cluster.controller_id();
  if (request.include_cluster_authorized_operations)
    response.cluster_authorized_operations = cluster_operations(call);
  bool all = !request.topics || (call.version == 0 && request.topics->empty());
  if (all) {
    for (const auto& [name, topic] : cluster.topics())
      if (check_right(call, AclResource::topic, name) == ErrorCode::none)
        response.topics.push_back(
            describe(call, *topic, request.include_topic_authorized_operations));
  } else {
    for (const auto& asked : *request.topics)
      response.topics.push_back(answer(call, request, asked));
  }
  return response;
}

}  // namespace

Handler metadata_handler() { return immediate<msg::MetadataRequest, handle>(); }

}  // namespace kt::sandbox
