// A group keeps its positions. v0 kept them in ZooKeeper, out of the sight of later versions.
#include "protocol/msg/offset_commit.h"

#include "sandbox/groups.h"
#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

constexpr size_t kMostMetadataBytes = 4096;

ErrorCode check_group(Call& call, const msg::OffsetCommitRequest& request) {
  if (call.injected_error != 0) return static_cast<ErrorCode>(call.injected_error);
  if (call.version == 0) return check_right(call, AclResource::group, request.group_id);
  if (request.group_id.empty()) return ErrorCode::invalid_group_id;
  if (auto refused = check_coordinator(call, request.group_id); refused != ErrorCode::none)
    return refused;
  Group* group = call.cluster.groups().find(request.group_id);
  if (!group)
    return request.generation_id_or_member_epoch < 0 ? ErrorCode::none
                                                     : ErrorCode::illegal_generation;
  return group->check_commit(request.generation_id_or_member_epoch, request.member_id,
                             request.group_instance_id);
}

ErrorCode commit(Call& call, const msg::OffsetCommitRequest& request, const std::string& topic,
                 const msg::OffsetCommitRequest::Topic::Partition& asked) {
  if (!call.cluster.partition(topic, asked.partition_index))
    return ErrorCode::unknown_topic_or_partition;
  std::string metadata = asked.committed_metadata.value_or("");
  if (metadata.size() > kMostMetadataBytes) return ErrorCode::offset_metadata_too_large;
  CommittedOffset offset{asked.committed_offset, asked.committed_leader_epoch, std::move(metadata),
                         call.cluster.now_ms()};
  if (request.retention_time_ms >= 0)
    offset.expires_ms = offset.commit_timestamp_ms + request.retention_time_ms;
  Groups& groups = call.cluster.groups();
  if (call.version == 0)
    groups.zookeeper_offsets(request.group_id)[{topic, asked.partition_index}] = std::move(offset);
  else
    groups.commit(groups.get_or_create(request.group_id), {topic, asked.partition_index},
                  std::move(offset));
  return ErrorCode::none;
}

msg::OffsetCommitResponse handle(Call& call, const msg::OffsetCommitRequest& request) {
  msg::OffsetCommitResponse response;
  auto refused = check_group(call, request);
  for (const auto& asked : request.topics) {
    Topic* topic =
        call.version >= 10 ? call.cluster.topic(asked.topic_id) : call.cluster.topic(asked.name);
    auto& answers = response.topics.emplace_back();
    answers.name = asked.name;
    answers.topic_id = asked.topic_id;
    for (const auto& partition : asked.partitions) {
      auto error = refused;
      if (error == ErrorCode::none && (topic || call.version < 10))
        error = check_right(call, AclResource::topic, topic ? topic->name : asked.name);
      if (error == ErrorCode::none && !topic)
        error = call.version >= 10 ? ErrorCode::unknown_topic_id
                                   : ErrorCode::unknown_topic_or_partition;
      if (error == ErrorCode::none) error = commit(call, request, topic->name, partition);
      answers.partitions.push_back(
          {.partition_index = partition.partition_index, .error_code = number(error)});
    }
  }
  return response;
}

}  // namespace

Handler offset_commit_handler() { return immediate<msg::OffsetCommitRequest, handle>(); }

}  // namespace kt::sandbox
