// Being a member of a consumer group, whatever its partitions are used for: the classic protocol
// (eager and cooperative assignors), or the new one (KIP-848) where the coordinator has it. A
// thread of its own keeps the membership alive, so that heartbeats go on while whoever uses the
// partitions is held up. Before 0.9 there are no such groups.
#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "client/assignor.h"
#include "client/coordinator_link.h"
#include "client/offsets.h"

namespace kt {

struct GroupOptions {
  enum class Protocol { automatic, classic, consumer };

  std::string group;
  std::vector<std::string> topics;
  std::string instance_id;  ///< a static member, which keeps its partitions over a restart
  Protocol protocol = Protocol::automatic;
  std::vector<Assignor> assignors{Assignor::cooperative_sticky, Assignor::range};
  /// Unless given: 45 s, or 30 s where the coordinator allows no more, as 0.9 does.
  std::optional<Milliseconds> session_timeout;
  Milliseconds rebalance_timeout{60'000};
  Milliseconds heartbeat_interval{3'000};
  Milliseconds commit_interval{5'000};
  /// How often the leader of a classic group looks whether topics have got more partitions.
  Milliseconds metadata_interval{60'000};
  /// Where partitions without a committed offset start: a time, or kEarliest, kLatest.
  int64_t start_time_ms = kLatest;
  /// Read each partition up to its end at the time it was assigned.
  bool stop_at_end = false;
  /// Told of assignments, revocations and failed commits, for `-v`. From the membership's thread.
  std::function<void(const std::string&)> log;
};

class Membership;

class GroupParticipant {
 public:
  GroupParticipant(Cluster& cluster, GroupOptions options);
  virtual ~GroupParticipant();
  GroupParticipant(const GroupParticipant&) = delete;

  /// Other topics from now on; the group hears of it at the next heartbeat.
  void subscribe(std::vector<std::string> topics);

 protected:
  friend class Membership;

  /// Starts the thread, when the hooks below may be called; whoever called it calls an end too.
  void begin();
  /// Leaves the group and ends the thread; `commits` what is done before.
  void end(bool commits);
  /// The same without waiting for anything.
  void abandon();

  // Hooks, called by the thread without the lock:
  virtual std::set<TopicPartition> held() const = 0;
  /// They are another's when this returns.
  virtual void drop(const std::set<TopicPartition>& partitions) = 0;
  virtual void add(const std::set<TopicPartition>& partitions) = 0;
  /// Commits what is done and not committed yet; false where the group refused it.
  virtual bool commit() = 0;
  /// The thread has ended: there is no membership any more.
  virtual void failed(std::exception_ptr error) = 0;

  bool is_stopping() const;
  void wait(Milliseconds at_most);
  void note(const std::string& sentence) const;

  Cluster& cluster_;
  const GroupOptions options_;
  CoordinatorLink link_;
  std::unique_ptr<Membership> member_;

  mutable std::mutex mutex_;
  int quiet_ticks_ = 0;  ///< heartbeats since the assignment was last told, or changed
  std::string failure_;  ///< of the last commit, or what ended the thread

 private:
  void run();
  void take_part();
  void choose_protocol();
  bool wants_last_commit() const;
  /// Makes the holdings what the group says now. `fresh`: nothing held before counts any more.
  void take_assignment(const std::set<TopicPartition>& assigned, bool fresh);
  void give_up(const std::set<TopicPartition>& partitions);
  std::vector<std::string> topics() const;

  std::condition_variable changed_;
  std::vector<std::string> topics_;
  bool stopping_ = false;
  bool commit_at_end_ = false;
  std::thread thread_;
};

/// Whether brokers keep groups: 0.9 and later.
bool has_groups(Cluster& cluster);

}  // namespace kt
