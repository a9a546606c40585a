// The groups of the cluster with their committed offsets, whatever kind of members they have.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "sandbox/classic_group.h"
#include "sandbox/consumer_group.h"

namespace kt::sandbox {

using TopicPartition = std::pair<std::string, int32_t>;

struct CommittedOffset {
  int64_t offset = -1;
  int32_t leader_epoch = -1;
  std::string metadata{};
  int64_t commit_timestamp_ms = 0;
  std::optional<int64_t> expires_ms{};  // as its commit asked (v2 to v4), else as the broker is set
};
using CommittedOffsets = std::map<TopicPartition, CommittedOffset>;

struct Group {
  std::string id;
  std::shared_ptr<ClassicGroup> classic;
  std::shared_ptr<ConsumerGroup> consumer;  // where members speak the new protocol
  CommittedOffsets offsets;
  std::map<int64_t, CommittedOffsets> pending;  // of open transactions, by producer id

  bool is_empty() const { return classic->is_empty() && (!consumer || consumer->is_empty()); }
  std::string type_name() const { return consumer ? "consumer" : "classic"; }
  std::string state_name() const {
    return consumer ? consumer->state_name() : classic->state_name();
  }
  std::string protocol_type() const { return consumer ? "consumer" : classic->protocol_type(); }
  std::set<std::string> subscribed_topics() const {
    return consumer ? consumer->subscribed_topics() : classic->subscribed_topics();
  }
  /// Whether a member, or somebody outside (epoch -1), may commit and fetch offsets now.
  ErrorCode check_commit(int32_t epoch, const std::string& member_id,
                         const std::optional<std::string>& instance_id) {
    if (consumer) return consumer->check_epoch(epoch, member_id);
    return classic->check_commit(epoch, member_id, instance_id);
  }
  ErrorCode check_fetch(const std::string& member_id, int32_t epoch) {
    if (!consumer || epoch < 0) return ErrorCode::none;
    return consumer->check_epoch(epoch, member_id);
  }
  bool has_pending(const TopicPartition& partition) const;
};

class Groups {
 public:
  explicit Groups(Cluster& cluster);
  ~Groups();

  /// Null where there is none.
  Group* find(const std::string& id);
  Group& get_or_create(const std::string& id);
  ConsumerGroup& get_or_create_consumer(const std::string& id);
  const std::map<std::string, Group>& all() const { return groups_; }

  /// Keeps an offset, as a record of __consumer_offsets too.
  void commit(Group& group, const TopicPartition& partition, CommittedOffset offset);
  void forget_offset(Group& group, const TopicPartition& partition);
  /// Drops the offsets that nobody has used for so long, and groups that have none left.
  void expire_offsets(int64_t now_ms, int64_t retention_ms);
  void remove(const std::string& id);
  /// A deleted topic's offsets go with it.
  void forget_topic(const std::string& topic);
  /// Keeps an offset aside until the producer's transaction ends.
  void commit_in_transaction(Group& group, const std::pair<int64_t, int16_t>& producer,
                             const TopicPartition& partition, CommittedOffset offset);
  /// The end of a transaction makes its pending offsets committed, or nothing.
  void end_transaction(Group& group, int64_t producer_id, bool committed);

  /// Offsets as v0 of OffsetCommit keeps them, in ZooKeeper; the others don't see them.
  CommittedOffsets& zookeeper_offsets(const std::string& group_id);

 private:
  Cluster& cluster_;
  std::map<std::string, Group> groups_;
  std::map<std::string, CommittedOffsets> zookeeper_offsets_;
};

}  // namespace kt::sandbox
