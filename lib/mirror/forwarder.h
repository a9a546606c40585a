// Turns what was fetched of one source partition into batches for the target, each with its place
// in a run (run_id.h): most go through with a new header; the records of the others are put into
// new batches. Where records follow each other without a hole the run goes on; a hole (compaction,
// markers, aborted data, retention) begins a new one.
//
// Small batches are joined, up to a batch of the target, where that is cheap (they are not
// compressed, or very small) or where each would be a run of its own (small transactions): a
// produce request has one batch per partition, so that a partition of small ones would move slowly.
// Targets before 0.11 know no runs and get message sets of their format.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/fetched.h"
#include "mirror/batch_patch.h"
#include "mirror/run_id.h"
#include "protocol/records/aborted.h"
#include "protocol/records/batch_builder.h"

namespace kt::mirror {

/// A batch as the target takes it.
struct OutgoingBatch {
  std::string_view bytes;
  int64_t source_end = 0;  ///< the source offset after it
  int32_t count = 0;
  int64_t time_ms = -1;  ///< the latest of its records
  bool begins_run =
      false;             ///< nothing may be in flight before it: no broker checks it against that
  bool is_made = false;  ///< of records, not passed as it came: they could be cut otherwise
  std::shared_ptr<const void> keeps_alive;
};

struct ForwarderOptions {
  /// The records of a log-append-time source keep that time; not where the target writes its own.
  bool keep_times = true;
  /// The target refuses a producer that it has not seen unless it begins at sequence 0.
  bool runs_begin_at_zero = false;
  /// Message format of the target.
  int8_t magic = 2;
  bool has_zstd = true;
  /// What a batch made anew holds, before compression, unless one record takes more.
  size_t batch_bytes = 512 << 10;
};

class Forwarder {
 public:
  /// `builder` is where batches are made, each before the next chunk is taken: one serves many.
  Forwarder(RunIds ids, ForwarderOptions options, BatchBuilder& builder)
      : ids_(ids), options_(options), builder_(builder) {}

  /// The next record copied is the first at or after `position`; it goes on in `run` where there
  /// is one and nothing lies between.
  void resume(int64_t position, std::optional<Run> run);

  /// The batches of a chunk; those that pass are its bytes, which change, and keep all of the
  /// answer that brought them, or are copies of their own. Throws DecodeError where the source's
  /// bytes are damaged, Error where an offset is beyond what a run can say.
  std::vector<OutgoingBatch> take(const FetchedChunk& chunk, bool as_copies = false);

  /// Before which source offset all was taken.
  int64_t position() const { return position_; }
  int64_t runs_begun() const { return runs_begun_; }

 private:
  bool is_better_joined(const BatchView& batch, bool is_last) const;
  bool is_taken(const BatchView& batch) const;
  void pass(const FetchedChunk& chunk, const BatchView& batch, bool as_copy);
  void rewrite(const BatchView& batch);
  void append(const RecordView& record, const BatchView& batch);
  void flush();
  /// `out` has a copy, which counts as held as answers do.
  void copy_into(OutgoingBatch& out, std::string_view bytes) const;
  /// Where in a run a batch stands; begins a new one where it must.
  Sender place(int64_t first, int64_t last, int32_t count, bool& begins_run);

  RunIds ids_;
  ForwarderOptions options_;
  std::optional<Run> run_;
  int64_t run_end_ = -1;  ///< the source offset that would go on in the run; -1 none would
  int64_t position_ = 0;
  int64_t runs_begun_ = 0;
  BatchBuilder& builder_;
  Codec codec_ = Codec::none;
  int64_t first_ = -1;  ///< source offsets of what the builder holds
  int64_t last_ = -1;
  int64_t time_ms_ = -1;
  std::shared_ptr<BufferPool> pool_;  ///< of the chunk that is taken
  std::vector<OutgoingBatch> out_;
};

}  // namespace kt::mirror
