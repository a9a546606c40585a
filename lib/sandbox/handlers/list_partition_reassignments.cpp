// The moves of replicas that go on.
#include "protocol/msg/list_partition_reassignments.h"

#include <algorithm>

#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

bool is_asked(const msg::ListPartitionReassignmentsRequest& request, const Partition& partition) {
  if (!request.topics) return true;
  return std::ranges::any_of(*request.topics, [&](const auto& asked) {
    return asked.name == partition.topic().name &&
           std::ranges::count(asked.partition_indexes, partition.index()) > 0;
  });
}

msg::ListPartitionReassignmentsResponse handle(
    Call& call, const msg::ListPartitionReassignmentsRequest& request) {
  msg::ListPartitionReassignmentsResponse response;
  response.error_message.reset();
  if (auto refused = check_controller(call); refused != ErrorCode::none) {
    response.error_code = number(refused);
    return response;
  }
  for (const auto& [name, topic] : call.cluster.topics()) {
    msg::ListPartitionReassignmentsResponse::Topic listed;
    listed.name = name;
    for (const auto& partition : topic->partitions)
      if (partition->is_reassigning() && is_asked(request, *partition))
        listed.partitions.push_back({.partition_index = partition->index(),
                                     .replicas = partition->replicas,
                                     .adding_replicas = partition->adding_replicas,
                                     .removing_replicas = partition->removing_replicas});
    if (!listed.partitions.empty()) response.topics.push_back(std::move(listed));
  }
  return response;
}

}  // namespace

Handler list_partition_reassignments_handler() {
  return immediate<msg::ListPartitionReassignmentsRequest, handle>();
}

}  // namespace kt::sandbox
