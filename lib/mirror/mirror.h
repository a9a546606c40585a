// A mirror: copies partitions of one cluster into another, batch by batch. The position of each is
// the target's to tell (target_position.h), so nothing is kept here, and whatever goes wrong with a
// partition has one cure: drop what is under way, ask the target, fetch again from there.
// Partitions fail alone.
//
// Consumer threads fetch (client/consumer.h); work(), called by one thread, takes what they bring
// apart (forwarder.h); a Courier per connection to a target broker carries it there.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/position.h"
#include "client/consumer.h"
#include "client/offsets.h"
#include "mirror/lane.h"
#include "mirror/stored_positions.h"
#include "mirror/takeover.h"
#include "mirror/target_abilities.h"

namespace kt::mirror {

struct MirrorOptions {
  /// Part of the copies' identity: the same name goes on where it came to.
  std::string name = "mirror";
  std::string source_cluster_id;
  /// Where partitions begin that this mirror has never copied.
  Position start{Position::Kind::earliest, 0};
  /// Records that the source has lost before they were copied: go on behind them, or stop.
  bool skip_gaps = false;
  /// Copy into partitions that hold records of others.
  bool append = false;
  /// Where set: asked first where such a partition begins, which is copied into whatever it holds.
  Takeover takeover;
  /// End each partition where the source ended when it was added.
  bool stop_at_end = false;
  /// Find out where each partition begins, and copy nothing.
  bool only_place = false;
  size_t memory_bytes = 128 << 20;
  int64_t bytes_per_s = 0;  ///< that are taken from the source at most; 0 no limit
  int connections_per_broker = 2;
  /// Told of gaps that were skipped and of restarts, with a sentence. From any thread.
  std::function<void(const std::string&)> warn = [](const std::string&) {};
  std::function<void(const std::string&)> log = [](const std::string&) {};
};

struct PartitionStatus {
  TopicPartition source, target;
  LaneState state = LaneState::starting;
  int64_t position = -1;  ///< the source offset before which all is in the target; -1 not known yet
  int64_t source_end = -1;  ///< where the source ended when it was last heard of
  int64_t records = 0;      ///< copied by this process
  int64_t bytes = 0;
  int64_t runs = 0;
  int64_t behind_ms = 0;      ///< age of the newest record copied where more are left, else 0
  std::string message, hint;  ///< why it is stopped or waiting
};

class Courier;

class Mirror {
 public:
  Mirror(Cluster& source, Cluster& target, MirrorOptions options);
  ~Mirror();
  Mirror(const Mirror&) = delete;

  /// Copies one more partition.
  void add(const TopicPartition& source, const TopicPartition& target);
  /// Copies it no more, and forgets it; what is under way may still arrive.
  void remove(const TopicPartition& source);
  bool has(const TopicPartition& source) const;
  /// Copies them no more: another run does from now on. From any thread; waits until what was sent
  /// is answered, while work() goes on, a few seconds at most.
  void give_up(const std::set<TopicPartition>& sources);

  /// Copies until then; false where no partition has anything left to do. Throws where nothing gets
  /// on within the clusters' time limit; a partition that waits that long beside others is told of.
  bool work(Deadline until);
  /// Waits until what was sent is answered, a few seconds at most.
  void finish();

  std::vector<PartitionStatus> status() const;
  size_t queued_bytes() const;
  /// Whether the target holds each batch against the one before.
  bool is_exactly_once() const { return abilities_.has_sequences; }

 private:
  friend class Courier;

  void let_go();
  bool start_lanes();
  void start(const std::vector<Lane*>& due);
  std::set<const Lane*> changed_sources(const std::vector<Lane*>& due,
                                        const std::vector<TargetPartition>& targets,
                                        std::vector<TargetPosition> positions,
                                        const std::vector<OffsetAnswer>& ends);
  void place(Lane& lane, int64_t earliest, int64_t latest, const TargetPosition& at);
  int64_t start_in(const TopicPartition& source, int64_t earliest, int64_t latest);
  void take(const FetchedChunk& chunk);
  void on_fetch_failure(Lane& lane, const FetchFailure& failure);
  Courier& courier_for(const Lane& lane, int32_t leader);
  /// Where the target's batches do not say them; answers why it could not.
  std::string save_positions();
  bool is_over() const;
  bool is_full() const;
  void check_progress();

  // Under the lock:
  void restart(Lane& lane, const std::string& why);
  void stop(Lane& lane, const std::string& message, const std::string& hint);
  void drop(Lane& lane);
  void leave(Lane& lane);
  void is_elsewhere(Lane& lane);
  void look_if_done(Lane& lane);
  static void calm(Lane& lane);
  void relieve(Lane& lane);
  // Of couriers, which take the lock:
  void acknowledged(Lane& lane, int64_t lane_epoch, const OutgoingBatch& batch,
                    int64_t base_offset);
  void refused(Lane& lane, int64_t lane_epoch, const OutgoingBatch& batch, int16_t error_code,
               const std::string& message);
  void lost(Lane& lane, int64_t lane_epoch, const std::string& why);
  void failed(std::exception_ptr error);

  Cluster& source_;
  Cluster& target_;
  const MirrorOptions options_;
  const size_t lane_limit_bytes_;
  const size_t limit_bytes_;  ///< of all that is held, from the source's answers on
  bool source_has_transactions_ = false;
  bool has_begun_ = false;  ///< both sides have said once where partitions stand
  const TargetAbilities abilities_;
  std::optional<StoredPositions> stored_;  ///< where batches do not say the position
  Clock::Time saved_at_{}, all_saved_at_{};
  std::unique_ptr<Consumer> consumer_;
  BatchBuilder builder_;  ///< of the thread of work()

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<TopicPartition, std::unique_ptr<Lane>> lanes_;
  std::vector<std::unique_ptr<Lane>> removed_;  ///< couriers may know them still
  std::map<std::pair<int32_t, int>, std::unique_ptr<Courier>> couriers_;
  size_t queued_bytes_ = 0;
  Clock::Time last_progress_;
  Clock::Time may_take_at_{};  ///< when the limit of bytes lets the next chunk in
  std::exception_ptr error_;
};

}  // namespace kt::mirror
