// The segments of one partition in their order, and what its directory says about all of them:
// leader epochs and snapshots of producers.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "storage/checkpoints.h"
#include "storage/segment_check.h"

namespace kt {

class PartitionCheck {
 public:
  /// `beside`: the partition's files that are no segments.
  PartitionCheck(const std::vector<LogFile>& beside, std::vector<FileProblem>& problems);

  void begin_segment(const LogFile& segment);
  /// The next batch, damaged ones too; false where its offsets do not follow those before.
  bool show(const LogFile& segment, const BatchFacts& batch);
  /// Bytes of which no batch could be made.
  void skip() { segment_check_->skip(); }
  /// Gives the aborted transactions of the segment that the log confirms.
  std::vector<TransactionIndexEntry> end_segment(int64_t end_position, int64_t size_bytes);
  /// After the last segment. `complete`: nothing was damaged, and no broker wrote meanwhile.
  void finish(bool complete);

  std::optional<int64_t> first_offset() const { return first_offset_; }
  int64_t next_offset() const { return next_offset_; }

 private:
  struct Producer {
    int64_t last_offset = -1;
    int32_t last_sequence = -1;
    int16_t epoch = -1;
    bool seen = false;
  };
  struct Snapshot {
    std::string path;
    int64_t offset;
    std::map<int64_t, Producer> producers;
  };

  void read_epochs(const LogFile& file);
  void read_snapshot(const LogFile& file);
  void check_epoch(const LogFile& segment, const BatchFacts& batch);
  void compare(const Snapshot& snapshot);
  /// Where the transaction begins that this batch's marker ends.
  std::optional<int64_t> note_transaction(const BatchFacts& batch);
  void note_producer(const BatchFacts& batch);

  std::vector<FileProblem>& problems_;
  std::string epochs_path_;
  std::vector<EpochStart> epochs_;
  std::set<int32_t> missing_epochs_;  ///< told already
  std::vector<Snapshot> snapshots_;
  std::vector<Snapshot> tiered_snapshots_;  ///< of the end of the segment whose offset they have
  int64_t segment_offset_ = 0;
  size_t next_snapshot_ = 0;
  std::map<int64_t, Producer> producers_;  ///< those of the snapshots
  std::map<int64_t, int64_t> open_;        ///< first offsets of open transactions
  std::unique_ptr<SegmentCheck> segment_check_;
  std::optional<int64_t> first_offset_;
  int64_t next_offset_ = INT64_MIN;
  int32_t leader_epoch_ = -1;
  bool damaged_ = false;
};

}  // namespace kt
