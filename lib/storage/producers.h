// What a partition knows of idempotent and transactional producers: epochs, sequences, the last
// batches (so that a retry is answered, not stored twice), open transactions and those that were
// aborted. All of it follows from the batches in the log, in their order.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "protocol/records/batch.h"
#include "storage/index_files.h"

namespace kt {

struct ProducerBatch {
  int32_t first_sequence;
  int32_t last_sequence;
  int64_t base_offset;
  int64_t last_offset;
  int64_t timestamp_ms;
};

struct ProducerState {
  int16_t epoch = -1;
  int32_t coordinator_epoch = -1;
  int64_t last_timestamp_ms = -1;
  int64_t transaction_start = -1;     // first offset of the open transaction; -1: none
  std::deque<ProducerBatch> batches;  // the last five at most

  int32_t last_sequence() const { return batches.empty() ? -1 : batches.back().last_sequence; }
};

class Producers {
 public:
  enum class Verdict : uint8_t { good, duplicate, old_epoch, out_of_order, unknown };
  struct Check {
    Verdict verdict = Verdict::good;
    ProducerBatch duplicate_of = {};  // where it was stored, for a duplicate
  };
  /// May this batch of a client be appended? `unknown`: perhaps, it is of a producer that is not
  /// known here, or no longer, and does not begin with sequence 0.
  Check check(const BatchView& batch) const;

  /// The batch has been appended, or is met again while the log is read from its start. A control
  /// batch must come with its bytes whole.
  void observe(const BatchView& batch);
  /// The log was cut at `offset`: what lies there or later never was. Must be followed by observing
  /// what is left.
  void clear();
  /// Forgets aborted transactions that ended before `offset`, and producers silent since before
  /// `timestamp_ms` that have none open.
  void expire(int64_t offset, int64_t timestamp_ms);

  /// The first offset of the oldest open transaction.
  std::optional<int64_t> first_open_offset() const;
  /// Aborted transactions that touch offsets from `first` to before `end`.
  std::vector<TransactionIndexEntry> aborted_within(int64_t first, int64_t end) const;

  const std::map<int64_t, ProducerState>& all() const { return states_; }

 private:
  void observe_marker(const BatchView& batch);

  std::map<int64_t, ProducerState> states_;
  std::set<int64_t> open_;                      // first offsets of the open transactions
  std::vector<TransactionIndexEntry> aborted_;  // by last offset
};

}  // namespace kt
