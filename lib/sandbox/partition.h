// One partition as its leader sees it: replicas, leadership, the log, and what is known of its
// producers. Replication is instant here (all brokers live in one process), so the high watermark
// is the log's end.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "storage/partition_log.h"

namespace kt::sandbox {

struct Topic;

class Partition {
 public:
  Partition(Topic& topic, int32_t index, std::vector<int32_t> replicas, LogOptions log_options);

  Topic& topic() const { return topic_; }
  int32_t index() const { return index_; }
  std::string name() const;

  PartitionLog& log() { return log_; }
  const PartitionLog& log() const { return log_; }
  Producers& producers() { return log_.producers(); }

  int64_t high_watermark() const { return log_.end_offset(); }
  /// Where read-committed readers must stop: the first offset of the oldest open transaction.
  int64_t last_stable_offset() const { return log_.last_stable_offset(); }

  /// Appends a batch (or message v0/v1) whose offsets are final, and wakes who waits for data.
  void append(std::string_view batch);

  /// The epoch that was in force before a restart.
  void restore_epoch(int32_t epoch) { leader_epoch_ = epoch; }
  /// Begins a new leader epoch; -1 for no leader.
  void set_leader(int32_t broker_id);
  int32_t leader() const { return leader_; }
  int32_t leader_epoch() const { return leader_epoch_; }

  /// The leader epochs that wrote to the log, ascending.
  const std::vector<EpochStart>& epochs() const { return log_.epochs(); }
  /// The epoch that wrote `offset`, or, in an empty log, would write it.
  int32_t epoch_at(int64_t offset) const;

  /// Calls `wake` at every append, and when leadership or existence changes, while `wake` is alive
  /// elsewhere.
  void wait_for_change(std::weak_ptr<std::function<void()>> wake);
  void notify();

  bool is_reassigning() const { return !adding_replicas.empty() || !removing_replicas.empty(); }

  std::vector<int32_t> replicas;
  std::vector<int32_t> isr;
  std::vector<int32_t> adding_replicas;  // of a reassignment that goes on
  std::vector<int32_t> removing_replicas;

 private:
  Topic& topic_;
  int32_t index_;
  PartitionLog log_;
  int32_t leader_ = -1;
  int32_t leader_epoch_ = -1;
  std::vector<std::weak_ptr<std::function<void()>>> waiters_;
};

}  // namespace kt::sandbox
