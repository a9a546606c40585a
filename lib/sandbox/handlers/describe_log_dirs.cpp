// The log directory of one broker and the sizes of the replicas in it.
#include "protocol/msg/describe_log_dirs.h"

#include <algorithm>

#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

bool is_asked(const msg::DescribeLogDirsRequest& request, const Topic& topic, int32_t index) {
  if (!request.topics) return true;
  return std::ranges::any_of(*request.topics, [&](const auto& asked) {
    return asked.topic == topic.name && std::ranges::count(asked.partitions, index) > 0;
  });
}

msg::DescribeLogDirsResponse handle(Call& call, const msg::DescribeLogDirsRequest& request) {
  msg::DescribeLogDirsResponse response;
  msg::DescribeLogDirsResponse::Result& result = response.results.emplace_back();
  result.log_dir = call.cluster.log_dir(call.broker.id());
  for (const auto& [name, topic] : call.cluster.topics()) {
    msg::DescribeLogDirsResponse::Result::Topic described;
    described.name = name;
    for (const auto& partition : topic->partitions) {
      bool here = std::ranges::count(partition->replicas, call.broker.id()) > 0;
      if (!here || !is_asked(request, *topic, partition->index())) continue;
      described.partitions.push_back({.partition_index = partition->index(),
                                      .partition_size = partition->log().size_bytes(),
                                      .offset_lag = 0,
                                      .is_future_key = false});
    }
    if (!described.partitions.empty()) result.topics.push_back(std::move(described));
  }
  return response;
}

}  // namespace

Handler describe_log_dirs_handler() { return immediate<msg::DescribeLogDirsRequest, handle>(); }

}  // namespace kt::sandbox
