// The new group protocol (KIP-848): the coordinator deals out partitions, one heartbeat carries it
// all. Partitions that are no longer ours are committed, dropped, and reported so in a heartbeat
// that follows at once; the coordinator hands partitions out only when they are free.
#include <fmt/format.h>

#include <random>

#include "client/membership.h"
#include "protocol/errors.h"
#include "protocol/msg/consumer_group_heartbeat.h"

namespace kt {
namespace {

using Request = msg::ConsumerGroupHeartbeatRequest;
using Response = msg::ConsumerGroupHeartbeatResponse;

constexpr int32_t kJoin = 0, kLeave = -1, kLeaveStatic = -2;

std::string random_member_id() {
  std::random_device random;
  Uuid id;
  for (auto& byte : id.bytes) byte = static_cast<uint8_t>(random());
  return id.text();
}

class ConsumerMember final : public Membership {
 public:
  explicit ConsumerMember(GroupParticipant& owner) : Membership(owner) {
    member_id_ = random_member_id();
    epoch_ = kJoin;
  }

  Milliseconds tick() override {
    auto reply = heartbeat();
    auto error = static_cast<ErrorCode>(reply->error_code);
    if (error != ErrorCode::unreleased_instance_id) holder_gone_by_.reset();
    switch (error) {
      case ErrorCode::none:
        return accept(*reply);
      case ErrorCode::unsupported_version:
      case ErrorCode::inconsistent_group_protocol:
        if (epoch_ == kJoin) throw ProtocolNotOffered(error_text(reply->error_code));
        break;
      case ErrorCode::unknown_member_id:
      case ErrorCode::fenced_member_epoch:
        note(fmt::format("heartbeat: {}: joining anew", error_name(reply->error_code)));
        reset();
        return Milliseconds(0);
      case ErrorCode::unreleased_instance_id:
        // A holder that died is gone when its session ends; one that lives keeps the id.
        if (!holder_gone_by_) {
          holder_gone_by_ = Deadline(session_timeout_);
          note("another member holds the instance id: waiting for the end of its session");
        }
        if (!holder_gone_by_->expired()) return options().heartbeat_interval;
        break;
      default:
        break;
    }
    if (!error_retriable(reply->error_code))
      refuse("heartbeat", reply->error_code, reply->error_message.value_or(""));
    return options().heartbeat_interval / 10;
  }

  void reset() override {
    epoch_ = kJoin;
    take_assignment({}, true);
  }

  void leave() override {
    if (epoch_ == kJoin) return;
    epoch_ = instance_id() ? kLeaveStatic : kLeave;
    link().ask<Request>([this](int16_t) {
      Request request;
      request.group_id = options().group;
      request.member_id = member_id_;
      request.member_epoch = epoch_;
      request.instance_id = instance_id();
      return request;
    });
  }

 private:
  Reply<Response> heartbeat() {
    // What the coordinator knows already is left out; on joining it must know everything.
    auto owned = held();
    auto wanted = topics();
    bool joins = epoch_ == kJoin;
    auto reply = link().ask<Request>([&](int16_t) {
      Request request;
      request.group_id = options().group;
      request.member_id = member_id_;
      request.member_epoch = epoch_;
      request.instance_id = instance_id();
      if (joins) {
        request.rebalance_timeout_ms = static_cast<int32_t>(options().rebalance_timeout.count());
        if (!cluster().options().rack.empty()) request.rack_id = cluster().options().rack;
      }
      if (joins || wanted != reported_topics_) request.subscribed_topic_names = wanted;
      if (joins || owned != reported_) request.topic_partitions = by_topic_id(owned);
      return request;
    });
    if (reply->error_code != 0) return reply;
    reported_ = std::move(owned);
    reported_topics_ = std::move(wanted);
    return reply;
  }

  Milliseconds accept(const Response& response) {
    if (response.member_id) member_id_ = *response.member_id;
    epoch_ = response.member_epoch;
    auto interval = Milliseconds(response.heartbeat_interval_ms);
    if (!response.assignment) return interval;
    auto assigned = with_names(*response.assignment);
    auto before = held();
    for (const auto& partition : before)
      if (!assigned.contains(partition)) {
        commit();
        break;
      }
    take_assignment(assigned, false);
    return held() == reported_ ? interval : Milliseconds(0);
  }

  std::vector<Request::TopicPartition> by_topic_id(const std::set<TopicPartition>& partitions) {
    std::vector<Request::TopicPartition> result;
    std::string topic;
    for (const auto& partition : partitions) {
      auto id = topic_ids_.find(partition.topic);
      if (id == topic_ids_.end()) continue;
      if (result.empty() || topic != partition.topic) result.emplace_back().topic_id = id->second;
      topic = partition.topic;
      result.back().partitions.push_back(partition.partition);
    }
    return result;
  }

  std::set<TopicPartition> with_names(const Response::Assignment& assignment) {
    std::map<Uuid, std::string> names;
    for (const auto& [name, id] : topic_ids_) names[id] = name;
    bool unknown = false;
    for (const auto& topic : assignment.topic_partitions)
      unknown = unknown || !names.contains(topic.topic_id);
    if (unknown) {
      cluster().progress();
      auto wanted = topics();
      auto metadata = cluster().refresh(wanted);
      for (const auto& name : wanted)
        if (auto* topic = metadata->topic(name); topic != nullptr && !topic->id.is_zero()) {
          topic_ids_[name] = topic->id;
          names[topic->id] = name;
        }
    }
    std::set<TopicPartition> result;
    for (const auto& topic : assignment.topic_partitions)
      if (auto name = names.find(topic.topic_id); name != names.end())
        for (int32_t partition : topic.partitions) result.insert({name->second, partition});
    return result;
  }

  std::optional<Deadline> holder_gone_by_;  // runs out when a dead holder's session has ended
  std::set<TopicPartition> reported_;
  std::vector<std::string> reported_topics_;
  std::map<std::string, Uuid> topic_ids_;
};

}  // namespace

std::unique_ptr<Membership> make_consumer_member(GroupParticipant& owner) {
  return std::make_unique<ConsumerMember>(owner);
}

}  // namespace kt
