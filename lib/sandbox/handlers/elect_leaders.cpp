// Elects preferred or, where none in sync is alive, unclean leaders.
#include "protocol/msg/elect_leaders.h"

#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

using Response = msg::ElectLeadersResponse;

void elect(const Call& call, Partition* partition, int32_t index, Cluster::Election election,
           bool asked_by_name, Response::ReplicaElectionResult& results) {
  Status status =
      partition ? call.cluster.elect(*partition, election)
                : Status{ErrorCode::unknown_topic_or_partition, "No such topic or partition."};
  // Those who ask for all partitions hear only of those that had something to elect.
  if (!asked_by_name && status.code == ErrorCode::election_not_needed) return;
  auto& result = results.partition_result.emplace_back();
  result.partition_id = index;
  result.error_code = number(status.code);
  result.error_message = status.message;
  if (status.ok()) result.error_message.reset();
}

Response handle(Call& call, const msg::ElectLeadersRequest& request) {
  Response response;
  if (auto refused = check_controller(call); refused != ErrorCode::none) {
    if (call.version >= 1) response.error_code = number(refused);
    return response;
  }
  auto election =
      request.election_type == 1 ? Cluster::Election::unclean : Cluster::Election::preferred;
  if (request.topic_partitions) {
    for (const auto& asked : *request.topic_partitions) {
      auto& results = response.replica_election_results.emplace_back();
      results.topic = asked.topic;
      for (int32_t index : asked.partitions)
        elect(call, call.cluster.partition(asked.topic, index), index, election, true, results);
    }
    return response;
  }
  for (const auto& [name, topic] : call.cluster.topics()) {
    Response::ReplicaElectionResult results;
    results.topic = name;
    for (auto& partition : topic->partitions)
      elect(call, partition.get(), partition->index(), election, false, results);
    if (!results.partition_result.empty())
      response.replica_election_results.push_back(std::move(results));
  }
  return response;
}

}  // namespace

Handler elect_leaders_handler() { return immediate<msg::ElectLeadersRequest, handle>(); }

}  // namespace kt::sandbox
