// Deletes topics by name, from v6 also by id.
#include "protocol/msg/delete_topics.h"

#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

msg::DeleteTopicsResponse::Response remove(Call& call, const std::optional<std::string>& name,
                                           const Uuid& id) {
  msg::DeleteTopicsResponse::Response result;
  result.name = name;
  result.topic_id = id;
  Topic* topic = name ? call.cluster.topic(*name) : call.cluster.topic(id);
  ErrorCode error = check_controller(call);
  // KRaft's controller lets who may delete the cluster's things delete any.
  bool may_any =
      call.cluster.release().is_kraft() && may(call, AclOperation::remove, AclResource::cluster);
  if (error == ErrorCode::none && !may_any && (name || topic))
    error = check_right(call, AclResource::topic, name ? *name : topic->name);
  if (error == ErrorCode::none && !topic)
    error = name ? ErrorCode::unknown_topic_or_partition : ErrorCode::unknown_topic_id;
  if (error == ErrorCode::none && call.cluster.setting("delete.topic.enable") != "true")
    error = ErrorCode::topic_deletion_disabled;
  if (call.injected_error != 0) error = static_cast<ErrorCode>(call.injected_error);
  if (error != ErrorCode::none) {
    result.error_code = number(error);
    result.error_message = error_meaning(number(error));
    return result;
  }
  result.name = topic->name;
  result.topic_id = topic->id;
  call.cluster.delete_topic(*topic);
  return result;
}

msg::DeleteTopicsResponse handle(Call& call, const msg::DeleteTopicsRequest& request) {
  msg::DeleteTopicsResponse response;
  for (const auto& topic : request.topics)
    response.responses.push_back(remove(call, topic.name, topic.topic_id));
  for (const auto& name : request.topic_names) response.responses.push_back(remove(call, name, {}));
  return response;
}

}  // namespace

Handler delete_topics_handler() { return immediate<msg::DeleteTopicsRequest, handle>(); }

}  // namespace kt::sandbox
