// Reading topics as a member of a consumer group: the classic protocol (eager and cooperative
// assignors), or the new one (KIP-848) where the coordinator has it. A thread of its own keeps the
// membership alive, so that heartbeats go on while whoever reads is held up, and commits what was
// reported done. What was taken away meanwhile is not committed. Before 0.9 there are no such
// groups.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "client/assignor.h"
#include "client/consumer.h"
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

class GroupConsumer {
 public:
  GroupConsumer(Cluster& cluster, GroupOptions options, ConsumerOptions consumer_options);
  /// Leaves without another commit where close() was not called.
  ~GroupConsumer();
  GroupConsumer(const GroupConsumer&) = delete;

  /// As Consumer::next().
  std::optional<FetchedChunk> next(Deadline deadline = Deadline::never());
  /// Everything of the chunk's partition below `next_offset` is done and will be committed, unless
  /// the partition was taken away since.
  void done(const FetchedChunk& chunk, int64_t next_offset);
  /// With `stop_at_end`: every partition assigned has come out up to its end.
  bool finished() const;
  /// Commits what is done, leaves the group and ends the thread. Throws where the commit failed.
  void close();

 private:
  friend class Membership;

  struct Holding {
    int64_t generation = 0;    ///< of the consumer's assignment
    int64_t done_offset = -1;  ///< -1 nothing yet
    int64_t committed_offset = -1;
  };

  // Of the membership's thread:
  void run();
  void take_part();
  void choose_protocol();
  bool wants_last_commit() const;
  void wait(Milliseconds at_most);
  bool is_stopping() const;
  /// Makes the holdings what the group says now. `fresh`: nothing held before counts any more.
  void take_assignment(const std::set<TopicPartition>& assigned, bool fresh);
  std::set<TopicPartition> held() const;
  void drop(const std::set<TopicPartition>& partitions);
  void add(const std::set<TopicPartition>& partitions);
  /// Where each of them starts.
  std::map<TopicPartition, int64_t> positions(const std::set<TopicPartition>& partitions);
  std::map<TopicPartition, int64_t> committed(const std::set<TopicPartition>& partitions);
  /// Commits what is done and not committed yet; false where the group refused it.
  bool commit();
  void note(const std::string& sentence) const;

  Cluster& cluster_;
  const GroupOptions options_;
  const bool read_committed_;
  Consumer consumer_;
  CoordinatorLink link_;
  std::unique_ptr<Membership> member_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<TopicPartition, Holding> holdings_;
  int quiet_ticks_ = 0;  ///< heartbeats since the assignment was last told, or changed
  bool stopping_ = false;
  bool commit_at_end_ = false;
  std::string failure_;  ///< of the last commit, or what ended the thread, which next() throws too
  std::thread thread_;
};

}  // namespace kt
