#include "client/admin_groups.h"

#include <algorithm>

#include "base/text.h"
#include "client/admin_coordinators.h"
#include "protocol/errors.h"
#include "protocol/msg/consumer_group_describe.h"
#include "protocol/msg/consumer_protocol.h"
#include "protocol/msg/delete_groups.h"
#include "protocol/msg/describe_groups.h"
#include "protocol/msg/list_groups.h"
#include "protocol/msg/share_group_describe.h"
#include "protocol/msg/streams_group_describe.h"

namespace kt {

namespace {

/// Of the messages that members exchange; later ones are read as this.
constexpr int16_t kLastVersion = 3;

/// A versioned message inside another's bytes; empty where the bytes are no such message, since
/// members may put there what they like.
template <class M>
M decode_embedded(std::string_view bytes) {
  M message;
  if (bytes.size() < 2) return message;
  auto version = std::min(load_big_endian<int16_t>(bytes.data()), kLastVersion);
  try {
    decode(M::table(), &message, bytes.substr(2), std::max<int16_t>(version, 0));
  } catch (const DecodeError&) {
    message = {};
  }
  return message;
}

template <class TopicPartitions>
Assignment assignment_of(const std::vector<TopicPartitions>& topics) {
  Assignment assignment;
  for (const auto& topic : topics) assignment[topic.topic_name] = topic.partitions;
  return assignment;
}

void take_members(GroupDescription& into, const msg::DescribeGroupsResponse::Group& group) {
  into.type = "classic";
  into.state = group.group_state;
  into.protocol_type = group.protocol_type;
  into.assignor = group.protocol_data;
  bool consumers = group.protocol_type == "consumer";
  for (const auto& member : group.members) {
    auto& taken = into.members.emplace_back();
    taken.id = member.member_id;
    taken.instance_id = member.group_instance_id;
    taken.client_id = member.client_id;
    taken.host = member.client_host;
    if (!consumers) continue;
    taken.subscribed_topics =
        decode_embedded<msg::ConsumerProtocolSubscription>(member.member_metadata).topics;
    auto assigned = decode_embedded<msg::ConsumerProtocolAssignment>(member.member_assignment);
    for (const auto& topic : assigned.assigned_partitions)
      taken.assignment[topic.topic] = topic.partitions;
  }
}

template <class Group>
void take_head(GroupDescription& into, const Group& group, std::string_view type) {
  into.type = type;
  into.state = group.group_state;
  into.epoch = group.group_epoch;
  if constexpr (requires { group.assignor_name; }) into.assignor = group.assignor_name;
}

template <class Member>
GroupMember& take_member(GroupDescription& into, const Member& member) {
  auto& taken = into.members.emplace_back();
  taken.id = member.member_id;
  taken.client_id = member.client_id;
  taken.host = member.client_host;
  taken.epoch = member.member_epoch;
  if constexpr (requires { member.instance_id; }) taken.instance_id = member.instance_id;
  return taken;
}

void take_members(GroupDescription& into, const msg::ConsumerGroupDescribeResponse::Group& group) {
  take_head(into, group, "consumer");
  into.protocol_type = "consumer";
  for (const auto& member : group.members) {
    auto& taken = take_member(into, member);
    taken.subscribed_topics = member.subscribed_topic_names;
    taken.subscribed_regex = member.subscribed_topic_regex;
    taken.assignment = assignment_of(member.assignment.topic_partitions);
  }
}

void take_members(GroupDescription& into, const msg::ShareGroupDescribeResponse::Group& group) {
  take_head(into, group, "share");
  into.protocol_type = "share";
  for (const auto& member : group.members) {
    auto& taken = take_member(into, member);
    taken.subscribed_topics = member.subscribed_topic_names;
    taken.assignment = assignment_of(member.assignment.topic_partitions);
  }
}

void take_members(GroupDescription& into, const msg::StreamsGroupDescribeResponse::Group& group) {
  take_head(into, group, "streams");
  into.protocol_type = "streams";
  std::map<std::string, std::vector<std::string>> source_topics;
  if (group.topology)
    for (const auto& part : group.topology->subtopologies.value_or(
             std::vector<msg::StreamsGroupDescribeResponse::Group::Topology::Subtopology>{})) {
      auto& topics = source_topics[part.subtopology_id];
      topics = part.source_topics;
      for (const auto& topic : part.repartition_source_topics) topics.push_back(topic.name);
    }
  for (const auto& member : group.members) {
    auto& taken = take_member(into, member);
    for (const auto& task : member.assignment.active_tasks)
      for (const auto& topic : source_topics[task.subtopology_id]) {
        auto& partitions = taken.assignment[topic];
        partitions.insert(partitions.end(), task.partitions.begin(), task.partitions.end());
      }
  }
}

bool is_absent(const GroupDescription& group) {
  return group.error_code == ErrorCode::group_id_not_found ||
         (group.error_code == 0 && group.state == "Dead");
}

/// Asks with one of the describing APIs for the groups at `open`, whatever kind they are.
template <class Request>
void describe_with(Cluster& cluster, const std::vector<std::string>& names, const Positions& open,
                   std::vector<GroupDescription>& found) {
  auto make = [&](const Positions& positions) {
    Request request;
    for (size_t position : positions) {
      if constexpr (requires { request.groups; })
        request.groups.push_back(names[position]);
      else
        request.group_ids.push_back(names[position]);
    }
    return std::vector<std::pair<Request, Positions>>{{std::move(request), positions}};
  };
  auto take = [&](const Positions& positions, const auto& reply) {
    Positions moved;
    for (const auto& group : reply->groups) {
      auto at = std::find_if(positions.begin(), positions.end(),
                             [&](size_t position) { return names[position] == group.group_id; });
      if (at == positions.end()) continue;
      GroupDescription described;
      described.group = group.group_id;
      described.coordinator = reply.broker_id();
      described.error_code = group.error_code;
      described.message = group.error_message.value_or("");
      if (coordinator_moved(group.error_code)) moved.push_back(*at);
      if (group.error_code == 0) take_members(described, group);
      found[*at] = std::move(described);
    }
    return moved;
  };
  auto fail = [&](size_t position, int32_t broker, int16_t code, const std::string& message) {
    found[position].coordinator = broker;
    found[position].error_code = code;
    found[position].message = message;
  };
  ask_coordinators<Request>(cluster, names, open, {}, make, take, fail);
}

/// The same for the groups that are still absent, where the brokers have the API at all.
template <class Request>
void describe_absent_with(Cluster& cluster, const std::vector<std::string>& names,
                          std::vector<GroupDescription>& found) {
  Positions absent;
  for (size_t i = 0; i < found.size(); ++i)
    if (is_absent(found[i])) absent.push_back(i);
  if (absent.empty() || !cluster.apis_of_any().best(Request::api())) return;
  auto before = found;
  describe_with<Request>(cluster, names, absent, found);
  for (size_t position : absent)
    if (found[position].error_code == ErrorCode::unsupported_version)
      found[position] = before[position];
}

}  // namespace

bool coordinator_moved(int16_t error_code) {
  return error_code == ErrorCode::not_coordinator ||
         error_code == ErrorCode::coordinator_not_available ||
         error_code == ErrorCode::coordinator_load_in_progress;
}

ListedGroups list_groups(Cluster& cluster) {
  // A coordinator may be all that is known so far; from 0.10.1 on the id tells that all were asked
  // for.
  if (cluster.metadata()->cluster_id.empty()) cluster.refresh({});
  ListedGroups list;
  for (auto& answer : cluster.call_all_brokers(msg::ListGroupsRequest{})) {
    if (!answer.reply) {
      list.failures.push_back({answer.broker_id, 0, answer.error->message()});
      continue;
    }
    if ((*answer.reply)->error_code != 0)
      list.failures.push_back({answer.broker_id, (*answer.reply)->error_code, ""});
    for (auto& group : (*answer.reply)->groups)
      list.groups.push_back({group.group_id, group.protocol_type, group.group_state,
                             lower(group.group_type), answer.broker_id});
  }
  auto by_name = [](const auto& a, const auto& b) { return a.group < b.group; };
  std::sort(list.groups.begin(), list.groups.end(), by_name);
  return list;
}

std::vector<GroupDescription> describe_groups(Cluster& cluster,
                                              const std::vector<std::string>& names) {
  std::vector<GroupDescription> found(names.size());
  Positions all;
  for (size_t i = 0; i < names.size(); ++i) {
    found[i].group = names[i];
    all.push_back(i);
  }
  describe_with<msg::DescribeGroupsRequest>(cluster, names, all, found);
  describe_absent_with<msg::ConsumerGroupDescribeRequest>(cluster, names, found);
  describe_absent_with<msg::ShareGroupDescribeRequest>(cluster, names, found);
  describe_absent_with<msg::StreamsGroupDescribeRequest>(cluster, names, found);
  for (auto& group : found)
    if (is_absent(group)) {
      group.error_code = static_cast<int16_t>(ErrorCode::group_id_not_found);
      group.message.clear();
    }
  return found;
}

std::vector<Outcome> delete_groups(Cluster& cluster, const std::vector<std::string>& names) {
  std::vector<Outcome> outcomes(names.size());
  Positions all;
  for (size_t i = 0; i < names.size(); ++i) {
    outcomes[i].name = names[i];
    all.push_back(i);
  }
  auto make = [&](const Positions& positions) {
    msg::DeleteGroupsRequest request;
    for (size_t position : positions) request.groups_names.push_back(names[position]);
    return std::vector<std::pair<msg::DeleteGroupsRequest, Positions>>{{request, positions}};
  };
  auto take = [&](const Positions& positions, const auto& reply) {
    Positions moved;
    for (const auto& result : reply->results)
      for (size_t position : positions) {
        if (names[position] != result.group_id) continue;
        outcomes[position].error_code = result.error_code;
        if (coordinator_moved(result.error_code)) moved.push_back(position);
      }
    return moved;
  };
  auto fail = [&](size_t position, int32_t, int16_t code, const std::string& message) {
    outcomes[position].error_code = code;
    outcomes[position].message = message;
  };
  ask_coordinators<msg::DeleteGroupsRequest>(cluster, names, all, {}, make, take, fail);
  return outcomes;
}

}  // namespace kt
