// The cluster's id, controller and brokers.
#include "protocol/msg/describe_cluster.h"

#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

constexpr int8_t kBrokerEndpoints = 1;

msg::DescribeClusterResponse handle(Call& call, const msg::DescribeClusterRequest& request) {
  msg::DescribeClusterResponse response;
  if (request.endpoint_type != kBrokerEndpoints) {
    response.error_code = number(ErrorCode::mismatched_endpoint_type);
    response.error_message = "The request was sent to an endpoint of the wrong type.";
    return response;
  }
  response.cluster_id = call.cluster.id();
  response.controller_id = call.cluster.controller_id();
  for (const auto& broker : call.cluster.brokers()) {
    bool fenced = !broker->is_running();
    if (fenced && !request.include_fenced_brokers) continue;
    response.brokers.push_back({.broker_id = broker->id(),
                                .host = broker->host(),
                                .port = broker->port(),
                                .rack = std::nullopt,
                                .is_fenced = fenced});
  }
  if (request.include_cluster_authorized_operations)
    response.cluster_authorized_operations = cluster_operations(call);
  return response;
}

}  // namespace

Handler describe_cluster_handler() { return immediate<msg::DescribeClusterRequest, handle>(); }

}  // namespace kt::sandbox
