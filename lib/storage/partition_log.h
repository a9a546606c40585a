// The log of a partition: a directory `T-P` of rolling segments as Kafka keeps them, or the same in
// memory, with the offsets that bound it, the leader epochs that wrote it, and what its batches say
// of producers. Batches come with their offsets and leader epochs final.
//
// A directory is read again when a log is made over it: what is torn at its end is cut off, and
// producers, epochs and indexes follow from the batches; the index files are for Kafka's own tools,
// written when a segment is closed or flush() is called. The start offset inside a segment is the
// owner's to keep (log-start-offset-checkpoint). One thread; nothing is synced to the disk unless
// flush() says so. Left out: producer snapshots.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/uuid.h"
#include "storage/checkpoints.h"
#include "storage/producers.h"
#include "storage/segment.h"

namespace kt {

struct LogOptions {
  /// The partition's directory, made where it is missing; empty: in memory.
  std::string directory = {};
  int64_t segment_bytes = 1 << 30;
  int64_t segment_ms = 7LL * 24 * 3600 * 1000;
  /// Goes to partition.metadata.
  std::optional<Uuid> topic_id = {};
  /// Below this, nothing is read; from log-start-offset-checkpoint.
  int64_t start_offset = 0;
};

/// Where some whole batches lie; for sendfile or SharedFile::read_at.
struct LogSlice {
  std::shared_ptr<const SharedFile> file;
  int64_t position = 0;
  size_t size_bytes = 0;
  int64_t next_offset = 0;  // after the last of them
};

class PartitionLog {
 public:
  explicit PartitionLog(LogOptions options);
  ~PartitionLog();
  PartitionLog(const PartitionLog&) = delete;
  PartitionLog& operator=(const PartitionLog&) = delete;

  int64_t start_offset() const { return start_offset_; }
  int64_t end_offset() const { return end_offset_; }
  int64_t size_bytes() const;
  const Producers& producers() const { return producers_; }
  Producers& producers() { return producers_; }
  /// The leader epochs that wrote to the log, ascending.
  const std::vector<EpochStart>& epochs() const { return epochs_; }
  /// Where reading committed records must stop: the first offset of the oldest open transaction, or
  /// the end.
  int64_t last_stable_offset() const {
    return producers_.first_open_offset().value_or(end_offset_);
  }

  /// Appends one whole batch (or message v0/v1) at the end or beyond it.
  void append(std::string_view batch);

  /// Batches from the one that holds `offset`, all below `end_offset`, of at most `max_bytes` but
  /// at least one where `at_least_one` says so; they lie in one file.
  LogSlice read(int64_t offset, int64_t end_offset, size_t max_bytes, bool at_least_one) const;
  /// Bytes from the batch that holds `offset` up to `end_offset`, counted no further than `enough`.
  size_t available(int64_t offset, int64_t end_offset, size_t enough) const;

  struct Found {
    int64_t offset;
    int64_t timestamp_ms;
    int32_t leader_epoch;
  };
  /// The first record at or after a time.
  std::optional<Found> find_time(int64_t timestamp_ms) const;
  /// The first record with the largest timestamp.
  std::optional<Found> find_max_timestamp() const;
  /// First offsets of the segments, ascending; the first no lower than the log's start.
  std::vector<int64_t> segment_offsets() const;

  /// Raises the start; whole segments below it are deleted.
  void delete_before(int64_t offset);
  /// Deletes the oldest segments as long as what is left has `retention_bytes`, and those whose
  /// last record is older than `retention_ms`; -1: no limit. True where something was deleted.
  bool apply_retention(int64_t retention_bytes, int64_t retention_ms, int64_t now_ms);
  /// Drops the batches that reach `offset` or beyond, as a follower does.
  void truncate(int64_t offset);
  /// Begins a new segment, unless the last one is empty.
  void roll();
  /// Settings that may change while it lives.
  void configure(int64_t segment_bytes, int64_t segment_ms);

  /// Writes the indexes of the last segment and the leader epochs, and syncs the last segment.
  void flush();
  /// Removes everything, the directory included. What comes afterwards begins at offset 0, in
  /// memory.
  void destroy();

  const std::vector<std::shared_ptr<Segment>>& segments() const { return segments_; }
  /// Puts what compaction made of a segment in its place, or drops it where nothing is left (null).
  /// False where the log no longer has that segment.
  bool replace(const std::shared_ptr<Segment>& old, std::shared_ptr<Segment> cleaned);
  const std::string& directory() const { return options_.directory; }

 private:
  void load();
  void note(const BatchView& batch);
  bool must_roll(const BatchView& batch) const;
  void add_segment(int64_t base_offset);
  void drop_first_segment();
  std::vector<TransactionIndexEntry> aborted_in(const Segment& segment) const;
  std::optional<Found> first_record(const Segment& segment, const BatchPlace& place,
                                    int64_t from_ms) const;
  void write_epochs() const;

  LogOptions options_;
  std::vector<std::shared_ptr<Segment>> segments_;
  std::vector<EpochStart> epochs_;
  Producers producers_;
  int64_t start_offset_ = 0;
  int64_t end_offset_ = 0;
};

}  // namespace kt
