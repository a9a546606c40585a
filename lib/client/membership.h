// The two ways of being in a group, behind one interface; used by GroupParticipant's thread only.
#pragma once

#include <memory>
#include <string>

#include "client/group_participant.h"

namespace kt {

class Membership {
 public:
  explicit Membership(GroupParticipant& owner)
      : owner_(owner),
        session_timeout_(owner.options_.session_timeout.value_or(Milliseconds(45'000))) {}
  virtual ~Membership() = default;

  /// Joins, rejoins or sends a heartbeat, whatever is due, and hands over assignments. Answers how
  /// long nothing more is due.
  virtual Milliseconds tick() = 0;
  /// Forgets the membership: the group said that it is over.
  virtual void reset() = 0;
  /// Tells the group; nothing where it does not know this member.
  virtual void leave() = 0;

  const std::string& member_id() const { return member_id_; }
  /// Generation or member epoch, as a commit names it.
  int32_t epoch() const { return epoch_; }

 protected:
  const GroupOptions& options() const { return owner_.options_; }
  Cluster& cluster() const { return owner_.cluster_; }
  CoordinatorLink& link() const { return owner_.link_; }
  std::optional<std::string> instance_id() const;
  std::vector<std::string> topics() const { return owner_.topics(); }
  std::set<TopicPartition> held() const { return owner_.held(); }
  void take_assignment(const std::set<TopicPartition>& assigned, bool fresh) {
    owner_.take_assignment(assigned, fresh);
  }
  bool commit() { return owner_.commit(); }
  bool is_stopping() const { return owner_.is_stopping(); }
  void note(const std::string& sentence) const { owner_.note(sentence); }
  [[noreturn]] void refuse(const std::string& what, int16_t error_code,
                           const std::string& message = {}) const;

  GroupParticipant& owner_;
  Milliseconds session_timeout_;
  std::string member_id_;
  int32_t epoch_ = -1;
};

/// JoinGroup, SyncGroup, Heartbeat: 0.9 and later.
std::unique_ptr<Membership> make_classic_member(GroupParticipant& owner);
/// ConsumerGroupHeartbeat: 3.7 and later, where it is switched on.
std::unique_ptr<Membership> make_consumer_member(GroupParticipant& owner);

/// The coordinator does not offer the new protocol for this group after all.
class ProtocolNotOffered : public Error {
 public:
  using Error::Error;
};

}  // namespace kt
