// Adds partitions to topics.
#include "protocol/msg/create_partitions.h"

#include <algorithm>

#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

constexpr int32_t kMostPartitionsAtOnce = 10'000;  // as KRaft's controller
using Wanted = msg::CreatePartitionsRequest::Topic;

Status plan(const Call& call, const Wanted& wanted, Topic* topic, Assignment& assignment) {
  if (auto refused = check_controller(call); refused != ErrorCode::none) return {refused, {}};
  if (call.injected_error != 0) return {static_cast<ErrorCode>(call.injected_error), {}};
  if (auto denied = check_right(call, AclResource::topic, wanted.name); denied != ErrorCode::none)
    return {denied, "Topic authorization failed."};
  if (!topic)
    return {ErrorCode::unknown_topic_or_partition,
            "This server does not host this topic-partition."};
  auto existing = static_cast<int32_t>(topic->partitions.size());
  int32_t added = wanted.count - existing;
  if (added == 0)
    return {ErrorCode::invalid_partitions,
            "Topic already has " + std::to_string(existing) + " partition(s)."};
  if (added < 0)
    return {ErrorCode::invalid_partitions,
            "The topic " + wanted.name + " currently has " + std::to_string(existing) +
                " partition(s); " + std::to_string(wanted.count) + " would not be an increase."};
  if (added > kMostPartitionsAtOnce)
    return {ErrorCode::policy_violation, "Unable to create that many partitions at once."};
  auto replicas = static_cast<int32_t>(topic->partitions.front()->replicas.size());
  auto alive = std::ranges::count_if(call.cluster.brokers(),
                                     [](const auto& broker) { return broker->is_running(); });
  if (!wanted.assignments && replicas > alive)
    return {ErrorCode::invalid_replication_factor,
            "Too few brokers are alive for the topic's replication factor."};
  if (!wanted.assignments) {
    assignment = call.cluster.spread(added, replicas, existing);
    return {};
  }
  if (wanted.assignments->size() != static_cast<size_t>(added))
    return {ErrorCode::invalid_replica_assignment,
            "Attempted to add " + std::to_string(added) + " additional partition(s), but only " +
                std::to_string(wanted.assignments->size()) + " assignment(s) were specified."};
  for (const auto& one : *wanted.assignments) assignment.push_back(one.broker_ids);
  return call.cluster.check_assignment(assignment);
}

msg::CreatePartitionsResponse handle(Call& call, const msg::CreatePartitionsRequest& request) {
  msg::CreatePartitionsResponse response;
  for (const auto& wanted : request.topics) {
    Topic* topic = call.cluster.topic(wanted.name);
    Assignment assignment;
    Status status = plan(call, wanted, topic, assignment);
    if (status.ok() && !request.validate_only) call.cluster.add_partitions(*topic, assignment);
    auto& result = response.results.emplace_back();
    result.name = wanted.name;
    result.error_code = number(status.code);
    if (!status.message.empty()) result.error_message = status.message;
  }
  return response;
}

}  // namespace

Handler create_partitions_handler() { return immediate<msg::CreatePartitionsRequest, handle>(); }

}  // namespace kt::sandbox
