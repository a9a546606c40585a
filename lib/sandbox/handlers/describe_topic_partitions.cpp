// Topics and partitions page by page, as the Java tools of 3.8 and later ask for them.
#include "protocol/msg/describe_topic_partitions.h"

#include <algorithm>
#include <set>

#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

using Response = msg::DescribeTopicPartitionsResponse;

Response::Topic::Partition describe(const Call& call, const Partition& partition) {
  Response::Topic::Partition described;
  described.error_code =
      number(partition.leader() < 0 ? ErrorCode::leader_not_available : ErrorCode::none);
  described.partition_index = partition.index();
  described.leader_id = partition.leader();
  described.leader_epoch = partition.leader_epoch();
  described.replica_nodes = partition.replicas;
  described.isr_nodes = partition.isr;
  for (int32_t replica : partition.replicas)
    if (!call.cluster.is_alive(replica)) described.offline_replicas.push_back(replica);
  described.eligible_leader_replicas.emplace();
  described.last_known_elr.emplace();
  return described;
}

Response handle(Call& call, const msg::DescribeTopicPartitionsRequest& request) {
  Response response;
  std::set<std::string> names;
  for (const auto& topic : request.topics) names.insert(topic.name);
  bool by_name = !names.empty();
  if (!by_name)
    for (const auto& [name, topic] : call.cluster.topics())
      if (check_right(call, AclResource::topic, name) == ErrorCode::none) names.insert(name);
  int32_t room = std::clamp(request.response_partition_limit, 1, 2000);
  for (const auto& name : names) {
    if (request.cursor && name < request.cursor->topic_name) continue;
    int32_t first = request.cursor && name == request.cursor->topic_name
                        ? std::max(request.cursor->partition_index, 0)
                        : 0;
    Topic* topic = call.cluster.topic(name);
    if (room == 0) {
      response.next_cursor.emplace();
      response.next_cursor->topic_name = name;
      response.next_cursor->partition_index = first;
      return response;
    }
    auto& described = response.topics.emplace_back();
    described.name = name;
    if (auto denied = check_right(call, AclResource::topic, name); denied != ErrorCode::none) {
      described.error_code = number(denied);
      continue;
    }
    if (!topic) {
      described.error_code = number(ErrorCode::unknown_topic_or_partition);
      continue;
    }
    described.topic_id = topic->id;
    described.is_internal = topic->internal;
    described.topic_authorized_operations = topic_operations(call, name);
    auto count = static_cast<int32_t>(topic->partitions.size());
    for (int32_t index = first; index < count; ++index) {
      if (room-- == 0) {
        response.next_cursor.emplace();
        response.next_cursor->topic_name = name;
        response.next_cursor->partition_index = index;
        return response;
      }
      described.partitions.push_back(describe(call, *topic->partition(index)));
    }
  }
  return response;
}

}  // namespace

Handler describe_topic_partitions_handler() {
  return immediate<msg::DescribeTopicPartitionsRequest, handle>();
}

}  // namespace kt::sandbox
