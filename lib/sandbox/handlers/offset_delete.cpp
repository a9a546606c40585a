// Forgets committed offsets of topics that no member reads.
#include "protocol/msg/offset_delete.h"

#include "sandbox/groups.h"
#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

msg::OffsetDeleteResponse handle(Call& call, const msg::OffsetDeleteRequest& request) {
  msg::OffsetDeleteResponse response;
  auto refused = check_coordinator(call, request.group_id);
  Group* group = call.cluster.groups().find(request.group_id);
  if (refused == ErrorCode::none && !group) refused = ErrorCode::group_id_not_found;
  bool opaque = group && !group->is_empty() && group->type_name() == "classic" &&
                group->protocol_type() != "consumer";
  if (refused == ErrorCode::none && opaque) refused = ErrorCode::non_empty_group;
  response.error_code = number(refused);
  if (refused != ErrorCode::none) return response;
  auto subscribed = group->subscribed_topics();
  for (const auto& topic : request.topics) {
    auto& answers = response.topics.emplace_back();
    answers.name = topic.name;
    for (const auto& partition : topic.partitions) {
      auto& answer = answers.partitions.emplace_back();
      answer.partition_index = partition.partition_index;
      if (auto denied = check_right(call, AclResource::topic, topic.name);
          denied != ErrorCode::none)
        answer.error_code = number(denied);
      else if (subscribed.contains(topic.name))
        answer.error_code = number(ErrorCode::group_subscribed_to_topic);
      else if (!call.cluster.partition(topic.name, partition.partition_index))
        answer.error_code = number(ErrorCode::unknown_topic_or_partition);
      else
        call.cluster.groups().forget_offset(*group, {topic.name, partition.partition_index});
    }
  }
  return response;
}

}  // namespace

Handler offset_delete_handler() { return immediate<msg::OffsetDeleteRequest, handle>(); }

}  // namespace kt::sandbox
