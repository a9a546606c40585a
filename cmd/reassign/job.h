// What the commands of reassign share: a plan's file, the rollback file beside it, the way that
// moves take on this release, and how far each partition of a plan is.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "cli/context.h"
#include "client/admin_reassignments.h"
#include "client/cluster.h"
#include "client/replica_files.h"
#include "partition_file.h"

namespace kt {

/// How replicas are moved here: by request from 2.4 on, through ZooKeeper before.
class Mover {
 public:
  virtual ~Mover() = default;

  struct Broker {
    int32_t id = -1;
    std::string rack;
  };
  virtual std::vector<Broker> brokers() = 0;
  virtual std::vector<OngoingReassignment> ongoing() = 0;
  /// The replicas of all partitions of these topics, preferred leader first; those of a topic that
  /// is not there are missing.
  virtual std::map<TopicPartition, std::vector<int32_t>> replicas(
      const std::vector<std::string>& topics) = 0;
  /// Starts the first of the moves, as many as can be ordered together; their outcomes, in order.
  virtual std::vector<ReassignmentOutcome> start(std::vector<Reassignment> moves) = 0;
  /// Moves that are started while others go on have to wait for those.
  virtual bool one_order_at_a_time() const = 0;
  /// Nothing where brokers know no throttles (before 0.10.1).
  virtual std::unique_ptr<ThrottleSettings> throttles() = 0;
};

std::unique_ptr<Mover> mover_of(Context& context, Cluster& cluster);

/// A plan as execute, verify and cancel take it: every partition has replicas, none twice.
PartitionFile read_plan(const std::string& path);

/// `plan.json` → `plan.rollback.json`. Throws a usage error for stdin, where one must be named.
std::string rollback_path(const std::string& plan_path, const std::string& named);

enum class MoveState {
  waiting,    ///< has not been started, or was cancelled
  moving,     ///< on its way there
  elsewhere,  ///< on its way to somewhere else
  done,
  absent,  ///< no such partition
};
std::string_view word_of(MoveState state);

struct MoveStatus {
  const PartitionFile::Entry* entry = nullptr;
  MoveState state = MoveState::waiting;
  std::vector<int32_t> now;               ///< without those that are being added
  std::vector<int32_t> target_of_others;  ///< where it is on its way to instead
  int64_t bytes = 0, bytes_copied = 0;    ///< of all replicas that it gets
};

struct PlanStatus {
  std::vector<MoveStatus> moves;            ///< in the order of the plan
  std::vector<OngoingReassignment> others;  ///< moves that are no part of the plan

  size_t count(MoveState state) const;
  int64_t bytes_copied() const;
};

/// How far a plan is.
class PlanWatch {
 public:
  PlanWatch(Cluster& cluster, Mover& mover, const PartitionFile& plan);

  PlanStatus look();
  /// Bytes are known where brokers tell (1.0).
  bool knows_bytes() const { return knows_bytes_; }

 private:
  void look_at_bytes(PlanStatus& status);
  bool is_in_place(const PartitionFile::Entry& entry, const ReplicaFilesMap& files) const;

  Cluster& cluster_;
  Mover& mover_;
  const PartitionFile& plan_;
  std::vector<std::string> topics_;
  bool knows_bytes_;
  bool has_directories_ = false;
};

/// The moves between directories that a plan asks for; `any` asks for none.
std::vector<DirectoryMove> directory_moves(const PartitionFile& plan);

/// Takes back the throttles of a plan whose rollback file is there, and reports what was kept.
void clear_plan_throttle(Context& context, Cluster& cluster, Mover& mover,
                         const PartitionFile& rollback);

/// Throttles that nothing needs, as warnings with what removes them.
void warn_of_stale_throttles(Context& context, Cluster& cluster, Mover& mover,
                             const std::vector<OngoingReassignment>& ongoing);

/// The rows of execute and verify, and one of them.
inline const Schema kMoveRows = {
    "partitions",
    {{"topic", "TOPIC", Kind::text, "Name of the topic"},
     {"partition", "PARTITION", Kind::integer, "Number of the partition"},
     {"state", "STATE", Kind::text, "waiting, moving, done, absent, or what was done to it"},
     {"now", "NOW", Kind::integers, "Brokers that hold it; those to come are not among them"},
     {"target", "TARGET", Kind::integers, "Brokers that the plan wants, preferred leader first"},
     {"size_bytes", "TO COPY", Kind::size_bytes,
      "Bytes that its new replicas need; null where brokers do not tell (before 1.0)"},
     {"copied_bytes", "COPIED", Kind::size_bytes, "Bytes of them that are there; null likewise"}}};
Row row_of(const MoveStatus& status, std::string_view state, bool knows_bytes);

}  // namespace kt
