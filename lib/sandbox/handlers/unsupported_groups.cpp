// Share and streams groups, which the sandbox does not have: it says so as a broker does whose
// share.version and streams.version are 0.
#include "protocol/msg/share_acknowledge.h"
#include "protocol/msg/share_fetch.h"
#include "protocol/msg/share_group_describe.h"
#include "protocol/msg/share_group_heartbeat.h"
#include "protocol/msg/streams_group_describe.h"
#include "protocol/msg/streams_group_heartbeat.h"
#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

template <class Request>
typename Request::Response refuse(Call&, const Request&) {
  typename Request::Response response;
  response.error_code = number(ErrorCode::unsupported_version);
  return response;
}

template <class Request>
typename Request::Response refuse_each(Call&, const Request& request) {
  typename Request::Response response;
  for (const auto& id : request.group_ids) {
    auto& group = response.groups.emplace_back();
    group.group_id = id;
    group.error_code = number(ErrorCode::unsupported_version);
  }
  return response;
}

}  // namespace

Handler share_group_heartbeat_handler() {
  return immediate<msg::ShareGroupHeartbeatRequest, refuse<msg::ShareGroupHeartbeatRequest>>();
}
Handler share_group_describe_handler() {
  return immediate<msg::ShareGroupDescribeRequest, refuse_each<msg::ShareGroupDescribeRequest>>();
}
Handler share_fetch_handler() {
  return immediate<msg::ShareFetchRequest, refuse<msg::ShareFetchRequest>>();
}
Handler share_acknowledge_handler() {
  return immediate<msg::ShareAcknowledgeRequest, refuse<msg::ShareAcknowledgeRequest>>();
}
Handler streams_group_heartbeat_handler() {
  return immediate<msg::StreamsGroupHeartbeatRequest, refuse<msg::StreamsGroupHeartbeatRequest>>();
}
Handler streams_group_describe_handler() {
  return immediate<msg::StreamsGroupDescribeRequest,
                   refuse_each<msg::StreamsGroupDescribeRequest>>();
}

}  // namespace kt::sandbox
