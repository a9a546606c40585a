// A group of the new consumer protocol (KIP-848): the coordinator itself assigns partitions, and
// each member is led to its target by its own heartbeats, giving up partitions before others get
// them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "protocol/msg/consumer_group_heartbeat.h"
#include "sandbox/assignors.h"
#include "sandbox/call.h"

namespace kt::sandbox {

class ConsumerGroup : public std::enable_shared_from_this<ConsumerGroup> {
 public:
  struct Member {
    std::string id;
    std::optional<std::string> instance_id;
    std::optional<std::string> rack_id;
    std::string client_id;
    std::string client_host;
    std::set<std::string> topics;
    std::optional<std::string> regex;
    std::string assignor = "uniform";
    int32_t rebalance_timeout_ms = 0;
    int32_t epoch = 0;
    int32_t previous_epoch = -1;
    Places target;
    Places assigned;  // what it has been given and not been asked to give up
    Places revoking;  // what it has been asked to give up and still has
    std::optional<Places> told;
    std::optional<EventLoop::TimerId> session_timer;
    std::optional<EventLoop::TimerId> rebalance_timer;

    bool is_settled() const { return revoking.empty() && assigned == target; }
  };
  using Request = msg::ConsumerGroupHeartbeatRequest;
  using Response = msg::ConsumerGroupHeartbeatResponse;

  ConsumerGroup(Cluster& cluster, std::string id);
  ~ConsumerGroup();

  Response heartbeat(const Call& call, const Request& request);
  /// Whether this member may commit or fetch offsets now. Epoch -1 is somebody outside of the
  /// group.
  ErrorCode check_epoch(int32_t epoch, const std::string& member_id) const;

  bool is_empty() const { return members_.empty(); }
  std::string state_name() const;
  std::string assignor() const;
  int32_t epoch() const { return epoch_; }
  const std::map<std::string, Member>& members() const { return members_; }
  std::set<std::string> subscribed_topics() const;
  void close();

 private:
  Response refuse(ErrorCode error, const std::string& message = {}) const;
  ErrorCode check(const Request& request, const Member* member) const;
  Response join(const Call& call, const Request& request);
  Response leave(const Request& request);
  Response go_on(Member& member, const Request& request);
  bool update(Member& member, const Request& request);
  void assign_anew();
  void assign_if_topics_changed();
  void reconcile(Member& member, const Request& request);
  bool is_free(const Place& place, const Member& asking) const;
  void expect_heartbeat(Member& member);
  void expect_revocation(Member& member);
  void remove(const std::string& member_id);
  int64_t group_setting(const std::string& name) const;
  std::set<std::string> topics_of(const Member& member) const;
  std::map<std::string, size_t> topic_sizes() const;

  Cluster& cluster_;
  std::string id_;
  int32_t epoch_ = 0;
  std::map<std::string, Member> members_;
  std::map<std::string, size_t> assigned_sizes_;  // partitions per topic when targets were made
};

}  // namespace kt::sandbox
