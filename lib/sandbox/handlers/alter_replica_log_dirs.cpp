// Moves replicas between the log directories of a broker. A broker has but one here: what lies
// there already stays, and all else is refused as Kafka does.
#include "protocol/msg/alter_replica_log_dirs.h"

#include <algorithm>

#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

ErrorCode move(const Call& call, const std::string& path, const std::string& topic, int32_t index) {
  if (path != call.cluster.log_dir(call.broker.id())) return ErrorCode::log_dir_not_found;
  const Partition* partition = call.cluster.partition(topic, index);
  if (!partition) return ErrorCode::unknown_topic_or_partition;
  bool here = std::ranges::count(partition->replicas, call.broker.id()) > 0;
  return here ? ErrorCode::none : ErrorCode::replica_not_available;
}

msg::AlterReplicaLogDirsResponse handle(Call& call,
                                        const msg::AlterReplicaLogDirsRequest& request) {
  msg::AlterReplicaLogDirsResponse response;
  for (const auto& directory : request.dirs)
    for (const auto& topic : directory.topics) {
      auto& result = response.results.emplace_back();
      result.topic_name = topic.name;
      for (int32_t index : topic.partitions)
        result.partitions.push_back(
            {.partition_index = index,
             .error_code = number(move(call, directory.path, topic.name, index))});
    }
  return response;
}

}  // namespace

Handler alter_replica_log_dirs_handler() {
  return immediate<msg::AlterReplicaLogDirsRequest, handle>();
}

}  // namespace kt::sandbox
