// The classic protocol: all members join, the first of them deals the partitions out, heartbeats
// keep the membership up. Under the eager assignors Java gives all partitions up before it joins
// again; here they are kept until the new assignment is known, which is as safe, since nobody can
// have them before, and saves reading them twice. Whoever missed a generation starts from what is
// committed.
#include <fmt/format.h>

#include <algorithm>

#include "client/membership.h"
#include "protocol/errors.h"
#include "protocol/msg/consumer_protocol.h"
#include "protocol/msg/heartbeat.h"
#include "protocol/msg/join_group.h"
#include "protocol/msg/leave_group.h"
#include "protocol/msg/sync_group.h"

namespace kt {
namespace {

using Subscription = msg::ConsumerProtocolSubscription;
using Assignment = msg::ConsumerProtocolAssignment;

constexpr int16_t kSubscriptionVersion = 2, kAssignmentVersion = 0;
constexpr const char* kProtocolType = "consumer";
/// The longest that 0.9 and 0.10.0 allow unless told otherwise.
constexpr Milliseconds kOldSessionTimeout{30'000};

template <class M>
std::string encode_data(const M& message, int16_t version) {
  std::string bytes;
  ByteWriter(bytes).integer(version);
  encode(bytes, message, version);
  return bytes;
}

/// Later versions only add fields behind those known, so an unknown one is read as the last known.
template <class M>
M decode_data(std::string_view bytes) {
  ByteReader reader(bytes);
  auto version = std::min(reader.integer<int16_t>(), M::table().versions.last);
  M message;
  decode(M::table(), &message, reader.rest(), version);
  return message;
}

template <class Entry>
void add_partitions(std::vector<Entry>& entries, const std::vector<TopicPartition>& partitions) {
  for (const auto& partition : partitions) {
    if (entries.empty() || entries.back().topic != partition.topic)
      entries.emplace_back().topic = partition.topic;
    entries.back().partitions.push_back(partition.partition);
  }
}

class ClassicMember final : public Membership {
 public:
  using Membership::Membership;

  Milliseconds tick() override {
    if (!is_member_) return join();
    if (topics() != joined_topics_) return join();
    if (!dealt_.empty() && next_look_.expired() && count_partitions(dealt_topics_) != dealt_) {
      note("topics have other partitions than before");
      return join();
    }
    auto reply = link().ask<msg::HeartbeatRequest>([this](int16_t version) {
      msg::HeartbeatRequest request;
      fill(request);
      if (version >= 3) request.group_instance_id = instance_id();
      return request;
    });
    switch (static_cast<ErrorCode>(reply->error_code)) {
      case ErrorCode::none:
        return interval();
      case ErrorCode::rebalance_in_progress:
        note("the group rebalances");
        return join();
      default:
        return recover("heartbeat", reply->error_code);
    }
  }

  void reset() override {
    is_member_ = false;
    member_id_.clear();
    epoch_ = -1;
    take_assignment({}, true);
  }

  void leave() override {
    // A static member that leaves would lose what it is to find again.
    if (member_id_.empty() || instance_id()) return;
    link().ask<msg::LeaveGroupRequest>([this](int16_t version) {
      msg::LeaveGroupRequest request;
      request.group_id = options().group;
      if (version < 3)
        request.member_id = member_id_;
      else
        request.members.emplace_back().member_id = member_id_;
      return request;
    });
  }

 private:
  template <class Request>
  void fill(Request& request) const {
    request.group_id = options().group;
    request.generation_id = epoch_;
    request.member_id = member_id_;
  }

  Milliseconds interval() const {
    return std::min(options().heartbeat_interval, session_timeout_ / 3);
  }

  /// After an error: what can be healed leads to another join.
  Milliseconds recover(const char* what, int16_t error_code) {
    switch (static_cast<ErrorCode>(error_code)) {
      case ErrorCode::unknown_member_id:
      case ErrorCode::illegal_generation:
        note(fmt::format("{}: {}: joining anew", what, error_name(error_code)));
        reset();
        return Milliseconds(0);
      case ErrorCode::rebalance_in_progress:
        return join_again();
      default:
        if (!error_retriable(error_code)) refuse(what, error_code);
        return options().heartbeat_interval / 10;
    }
  }

  Milliseconds join_again() {
    is_member_ = false;
    return Milliseconds(0);
  }

  msg::JoinGroupRequest join_request(int16_t version) const {
    msg::JoinGroupRequest request;
    request.group_id = options().group;
    request.session_timeout_ms = static_cast<int32_t>(session_timeout_.count());
    if (version >= 1)
      request.rebalance_timeout_ms = static_cast<int32_t>(options().rebalance_timeout.count());
    request.member_id = member_id_;
    if (version >= 5) request.group_instance_id = instance_id();
    request.protocol_type = kProtocolType;
    Subscription subscription;
    subscription.topics = joined_topics_;
    auto owned = held();
    add_partitions(subscription.owned_partitions, {owned.begin(), owned.end()});
    subscription.generation_id = epoch_;
    for (auto assignor : options().assignors) {
      auto& protocol = request.protocols.emplace_back();
      protocol.name = assignor_name(assignor);
      protocol.metadata = encode_data(subscription, kSubscriptionVersion);
    }
    return request;
  }

  Milliseconds join() {
    is_member_ = false;
    dealt_.clear();
    joined_topics_ = topics();
    commit();
    auto joined =
        link().ask<msg::JoinGroupRequest>([this](int16_t version) { return join_request(version); },
                                          0x7fff, options().rebalance_timeout);
    if (joined->error_code == ErrorCode::member_id_required) {
      member_id_ = joined->member_id;
      return Milliseconds(0);
    }
    if (joined->error_code == ErrorCode::invalid_session_timeout && !options().session_timeout &&
        session_timeout_ > kOldSessionTimeout) {
      session_timeout_ = kOldSessionTimeout;
      return Milliseconds(0);
    }
    if (joined->error_code != 0) return recover("joining", joined->error_code);
    bool continues = joined->member_id == member_id_ && joined->generation_id == epoch_ + 1;
    member_id_ = joined->member_id;
    epoch_ = joined->generation_id;
    return sync(*joined, !continues);
  }

  Milliseconds sync(const msg::JoinGroupResponse& joined, bool fresh) {
    auto protocol = joined.protocol_name.value_or("");
    auto assignments = joined.leader == member_id_ && !joined.skip_assignment
                           ? deal_out(joined, protocol)
                           : GroupAssignment{};
    auto synced = link().ask<msg::SyncGroupRequest>(
        [&](int16_t version) {
          msg::SyncGroupRequest request;
          fill(request);
          if (version >= 3) request.group_instance_id = instance_id();
          if (version >= 5) {
            request.protocol_type = kProtocolType;
            request.protocol_name = protocol;
          }
          for (const auto& [member, partitions] : assignments) {
            Assignment assignment;
            add_partitions(assignment.assigned_partitions, partitions);
            auto& entry = request.assignments.emplace_back();
            entry.member_id = member;
            entry.assignment = encode_data(assignment, kAssignmentVersion);
          }
          return request;
        },
        0x7fff, options().rebalance_timeout);
    if (synced->error_code != 0) return recover("joining", synced->error_code);
    is_member_ = true;
    std::set<TopicPartition> assigned;
    if (!synced->assignment.empty())
      for (const auto& topic : decode_data<Assignment>(synced->assignment).assigned_partitions)
        for (int32_t partition : topic.partitions) assigned.insert({topic.topic, partition});
    auto before = held();
    bool gives_up =
        !fresh && !std::includes(assigned.begin(), assigned.end(), before.begin(), before.end());
    take_assignment(assigned, fresh);
    // What was given up is free for another now, which takes one more round.
    bool cooperative = protocol == assignor_name(Assignor::cooperative_sticky);
    if (cooperative && gives_up) return join_again();
    return interval();
  }

  GroupAssignment deal_out(const msg::JoinGroupResponse& joined, const std::string& protocol) {
    auto assignor = assignor_named(protocol);
    if (!assignor)
      throw Error(fmt::format("group \"{}\" chose the assignor \"{}\", which kt does not have",
                              options().group, protocol));
    std::vector<MemberState> members;
    std::set<std::string> topics;
    for (const auto& member : joined.members) {
      auto subscription = decode_data<Subscription>(member.metadata);
      auto& state = members.emplace_back();
      state.member_id = member.member_id;
      state.instance_id = member.group_instance_id.value_or("");
      state.topics = subscription.topics;
      state.generation = subscription.generation_id;
      for (const auto& topic : subscription.owned_partitions)
        for (int32_t partition : topic.partitions) state.owned.push_back({topic.topic, partition});
      topics.insert(subscription.topics.begin(), subscription.topics.end());
    }
    dealt_topics_.assign(topics.begin(), topics.end());
    dealt_ = count_partitions(dealt_topics_);
    return assign_partitions(*assignor, members, dealt_);
  }

  PartitionCounts count_partitions(const std::vector<std::string>& topics) {
    next_look_ = Deadline(options().metadata_interval);
    cluster().progress();
    auto metadata = cluster().refresh(topics);
    PartitionCounts counts;
    for (const auto& topic : topics)
      if (auto* known = metadata->topic(topic); known != nullptr && !known->partitions.empty())
        counts[topic] = static_cast<int32_t>(known->partitions.size());
    return counts;
  }

  bool is_member_ = false;
  std::vector<std::string> joined_topics_;  ///< what this member wants of the group
  std::vector<std::string> dealt_topics_;   ///< of a leader: what it dealt out last
  PartitionCounts dealt_;
  Deadline next_look_ = Deadline::never();
};

}  // namespace

std::unique_ptr<Membership> make_classic_member(GroupParticipant& owner) {
  return std::make_unique<ClassicMember>(owner);
}

}  // namespace kt
