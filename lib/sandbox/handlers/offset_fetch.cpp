// The positions that groups have committed: v0 those in ZooKeeper, v8 and later of several groups
// at once.
#include "protocol/msg/offset_fetch.h"

#include <algorithm>

#include "sandbox/groups.h"
#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

using Response = msg::OffsetFetchResponse;

/// What to answer for one group, in the shape that v8 has.
struct Asked {
  std::string group_id;
  std::optional<std::string> member_id;
  int32_t member_epoch = -1;
  bool require_stable = false;
};

template <class Partition>
Partition fetch(const Call& call, Group* group, const CommittedOffsets& offsets,
                const TopicPartition& key, bool require_stable) {
  Partition answer;
  answer.partition_index = key.second;
  answer.committed_offset = -1;
  answer.metadata = "";
  if (auto denied = check_right(call, AclResource::topic, key.first); denied != ErrorCode::none) {
    answer.error_code = number(denied);
    return answer;
  }
  if (require_stable && group && group->has_pending(key)) {
    answer.error_code = number(ErrorCode::unstable_offset_commit);
    return answer;
  }
  auto found = offsets.find(key);
  if (found == offsets.end()) {
    if (call.version == 0) answer.error_code = number(ErrorCode::unknown_topic_or_partition);
    return answer;
  }
  answer.committed_offset = found->second.offset;
  answer.committed_leader_epoch = found->second.leader_epoch;
  answer.metadata = found->second.metadata;
  return answer;
}

ErrorCode check_group(const Call& call, Group* group, const Asked& asked) {
  if (call.version == 0) return check_right(call, AclResource::group, asked.group_id);
  if (auto refused = check_coordinator(call, asked.group_id); refused != ErrorCode::none)
    return refused;
  if (group && asked.member_id) return group->check_fetch(*asked.member_id, asked.member_epoch);
  return ErrorCode::none;
}

const CommittedOffsets& offsets_of(Call& call, Group* group, const std::string& group_id) {
  static const CommittedOffsets kNone;
  if (call.version == 0) return call.cluster.groups().zookeeper_offsets(group_id);
  return group ? group->offsets : kNone;
}

void fetch_group_v8(Call& call, const msg::OffsetFetchRequest::Group& asked, bool require_stable,
                    Response::Group& answer) {
  using Topic = Response::Group::Topic;
  answer.group_id = asked.group_id;
  Group* group = call.cluster.groups().find(asked.group_id);
  auto refused = check_group(call, group,
                             {asked.group_id, asked.member_id, asked.member_epoch, require_stable});
  answer.error_code = number(refused);
  if (refused != ErrorCode::none) return;
  const auto& offsets = offsets_of(call, group, asked.group_id);
  if (!asked.topics) {
    for (const auto& [key, offset] : offsets) {
      if (check_right(call, AclResource::topic, key.first) != ErrorCode::none) continue;
      if (answer.topics.empty() || answer.topics.back().name != key.first) {
        answer.topics.emplace_back();
        answer.topics.back().name = key.first;
        if (const auto* topic = call.cluster.topic(key.first))
          answer.topics.back().topic_id = topic->id;
      }
      answer.topics.back().partitions.push_back(
          fetch<Topic::Partition>(call, group, offsets, key, require_stable));
    }
    return;
  }
  for (const auto& wanted : *asked.topics) {
    const auto* topic = call.version >= 10 ? call.cluster.topic(wanted.topic_id) : nullptr;
    std::string name = topic ? topic->name : wanted.name;
    auto& fetched = answer.topics.emplace_back();
    fetched.name = wanted.name;
    fetched.topic_id = wanted.topic_id;
    for (int32_t index : wanted.partition_indexes) {
      fetched.partitions.push_back(
          fetch<Topic::Partition>(call, group, offsets, {name, index}, require_stable));
      if (call.version >= 10 && !topic)
        fetched.partitions.back().error_code = number(ErrorCode::unknown_topic_id);
    }
  }
}

void fetch_one_group(Call& call, const msg::OffsetFetchRequest& request, Response& response) {
  using Topic = Response::Topic;
  Group* group = call.cluster.groups().find(request.group_id);
  auto refused = check_group(call, group, {request.group_id, {}, -1, request.require_stable});
  if (call.version >= 2) response.error_code = number(refused);
  const auto& offsets = offsets_of(call, group, request.group_id);
  if (!request.topics) {
    if (refused != ErrorCode::none) return;
    for (const auto& [key, offset] : offsets) {
      if (check_right(call, AclResource::topic, key.first) != ErrorCode::none) continue;
      if (response.topics.empty() || response.topics.back().name != key.first)
        response.topics.emplace_back().name = key.first;
      response.topics.back().partitions.push_back(
          fetch<Topic::Partition>(call, group, offsets, key, request.require_stable));
    }
    return;
  }
  for (const auto& wanted : *request.topics) {
    auto& fetched = response.topics.emplace_back();
    fetched.name = wanted.name;
    for (int32_t index : wanted.partition_indexes) {
      fetched.partitions.push_back(fetch<Topic::Partition>(
          call, group, offsets, {wanted.name, index}, request.require_stable));
      if (refused != ErrorCode::none) fetched.partitions.back().error_code = number(refused);
    }
  }
}

Response handle(Call& call, const msg::OffsetFetchRequest& request) {
  Response response;
  if (call.version < 8) {
    fetch_one_group(call, request, response);
    return response;
  }
  for (const auto& asked : request.groups)
    fetch_group_v8(call, asked, request.require_stable, response.groups.emplace_back());
  return response;
}

}  // namespace

Handler offset_fetch_handler() { return immediate<msg::OffsetFetchRequest, handle>(); }

}  // namespace kt::sandbox
