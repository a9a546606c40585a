// A group of the classic protocol: members join, the leader among them assigns, all are told by
// their sync, and live by heartbeats. Dynamic and static members (KIP-345), members that must first
// learn their id (KIP-394).
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "protocol/msg/heartbeat.h"
#include "protocol/msg/join_group.h"
#include "protocol/msg/sync_group.h"
#include "sandbox/call.h"

namespace kt::sandbox {

class ClassicGroup : public std::enable_shared_from_this<ClassicGroup> {
 public:
  enum class State { empty, preparing_rebalance, completing_rebalance, stable };

  struct Protocol {
    std::string name;
    std::string metadata;
    bool operator==(const Protocol&) const = default;
  };
  struct Member {
    std::string id;
    std::optional<std::string> instance_id;
    std::string client_id;
    std::string client_host;
    int32_t session_timeout_ms = 0;
    int32_t rebalance_timeout_ms = 0;
    std::vector<Protocol> protocols;
    std::string assignment;
    int16_t join_version = 0;
    Reply<msg::JoinGroupRequest> join_reply;  // set while it waits for the others to join
    Reply<msg::SyncGroupRequest> sync_reply;  // set while it waits for the leader's assignment
    std::optional<EventLoop::TimerId> session_timer;
  };

  ClassicGroup(Cluster& cluster, std::string id);
  ~ClassicGroup();

  void join(const Call& call, const msg::JoinGroupRequest& request,
            Reply<msg::JoinGroupRequest> reply);
  void sync(const msg::SyncGroupRequest& request, Reply<msg::SyncGroupRequest> reply);
  ErrorCode heartbeat(const msg::HeartbeatRequest& request);
  /// By member id, or by instance id where the member id is empty.
  ErrorCode leave(const std::string& member_id, const std::optional<std::string>& instance_id);
  /// Whether this member may commit now. Generation -1 is somebody outside of the group.
  ErrorCode check_commit(int32_t generation, const std::string& member_id,
                         const std::optional<std::string>& instance_id);
  /// The group is being deleted or has another kind of members now: ends all waiting.
  void close();

  State state() const { return state_; }
  std::string state_name() const;
  /// When its last member left; nothing where it never had one or has some.
  std::optional<int64_t> emptied_ms() const { return emptied_ms_; }
  bool is_empty() const { return members_.empty() && pending_members_.empty(); }
  int32_t generation() const { return generation_; }
  const std::string& protocol_type() const { return protocol_type_; }
  const std::string& protocol() const { return protocol_; }
  const std::string& leader() const { return leader_; }
  const std::list<Member>& members() const { return members_; }
  /// What a member said of itself in the protocol in use.
  std::string metadata(const Member& member) const;
  /// The topics that the members want, where they speak the consumer protocol.
  std::set<std::string> subscribed_topics() const;

 private:
  using JoinRequest = msg::JoinGroupRequest;
  using JoinResponse = msg::JoinGroupResponse;

  ErrorCode check_join(const JoinRequest& request) const;
  void join_as_new(const Call& call, const JoinRequest& request, Reply<JoinRequest> reply);
  void join_as_static(const Call& call, const JoinRequest& request, Member& member,
                      Reply<JoinRequest> reply);
  void join_again(const Call& call, const JoinRequest& request, Member& member,
                  Reply<JoinRequest> reply);
  void add_member(const Call& call, const JoinRequest& request, std::string member_id,
                  Reply<JoinRequest> reply);
  void update(const Call& call, const JoinRequest& request, Member& member);
  void prepare_rebalance();
  void complete_if_all_joined();
  void complete_join();
  void choose_protocol();
  JoinResponse joined(const Member& member) const;
  void hand_out_assignments();
  void remove(const std::string& member_id);
  void expect_heartbeat(Member& member);
  Member* find(const std::string& member_id);
  Member* find_static(const std::optional<std::string>& instance_id);
  /// None where the member exists and is not another one of the same instance.
  ErrorCode check_member(const std::string& member_id,
                         const std::optional<std::string>& instance_id);

  Cluster& cluster_;
  std::string id_;
  State state_ = State::empty;
  std::optional<int64_t> emptied_ms_;
  int32_t generation_ = 0;
  std::string protocol_type_;
  std::string protocol_;
  std::string leader_;
  std::list<Member> members_;  // in the order they joined
  std::map<std::string, EventLoop::TimerId>
      pending_members_;  // have an id, have not joined with it
  std::optional<EventLoop::TimerId> rebalance_timer_;
};

}  // namespace kt::sandbox
