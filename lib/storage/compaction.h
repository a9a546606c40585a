// Compaction of one partition, in steps: of all records with the same key only the last stays. As
// Kafka does it: the last segment is left alone, records without a key and those of aborted
// transactions go, tombstones go once their delete horizon has passed, batches keep their offsets,
// and the last batch of a producer stays, empty if need be. Transaction markers are kept. Segments
// are not joined.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "protocol/records/batch_builder.h"
#include "storage/file_batches.h"
#include "storage/partition_log.h"

namespace kt {

struct CompactionOptions {
  int64_t now_ms;
  int64_t delete_retention_ms = 24LL * 3600 * 1000;
};

class Compaction {
 public:
  /// `log` must outlive it; appends and deletions between the steps are fine.
  Compaction(PartitionLog& log, CompactionOptions options);

  /// Reads about `budget_bytes` further. True when all is done.
  bool step(size_t budget_bytes);

 private:
  enum class Phase { index, rewrite, done };

  bool open_next();
  void index(const BatchView& batch);
  void rewrite(const BatchView& batch);
  bool is_aborted(const BatchView& batch) const;
  bool keep(const BatchView& batch, const RecordView& record) const;
  bool is_last_of_producer(const BatchView& batch) const;
  void keep_empty(const BatchView& batch);
  void close_segment();

  PartitionLog& log_;
  CompactionOptions options_;
  Phase phase_ = Phase::index;
  std::vector<std::shared_ptr<Segment>> segments_;
  size_t segment_ = 0;
  std::unique_ptr<FileBatches> batches_;
  std::shared_ptr<Segment> cleaned_;
  bool changed_ = false;  // whether cleaned_ differs from what it replaces
  std::unordered_map<std::string, int64_t> last_offsets_;  // by key
  std::map<int64_t, int64_t> last_of_producer_;  // producer id → base offset of its last batch
  std::vector<TransactionIndexEntry> aborted_;
};

}  // namespace kt
