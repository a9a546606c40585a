// What a partition knows of idempotent and transactional producers: epochs, sequences, the last
// batches (so that a retry is answered, not stored twice), open transactions and those that were
// aborted.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "protocol/errors.h"

namespace kt::sandbox {

struct ProducerBatch {
  int32_t first_sequence;
  int32_t last_sequence;
  int64_t base_offset;
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

struct AbortedTransaction {
  int64_t producer_id;
  int64_t first_offset;
  int64_t last_offset;
  int64_t last_stable_offset;
};

class Producers {
 public:
  struct Verdict {
    ErrorCode error = ErrorCode::none;
    std::optional<int64_t>
        duplicate_of;  // the base offset under which the batch has been stored already
  };
  /// May this batch be appended?
  Verdict check(int64_t producer_id, int16_t epoch, int32_t first_sequence,
                int32_t last_sequence) const;

  /// A data batch has been appended. Producer -1 is nobody.
  void appended(int64_t producer_id, int16_t epoch, const ProducerBatch& batch, bool transactional);
  /// A commit or abort marker has been appended at `offset`.
  void ended(int64_t producer_id, int16_t epoch, int32_t coordinator_epoch, bool committed,
             int64_t offset, int64_t timestamp_ms);

  /// The first offset of the oldest open transaction.
  std::optional<int64_t> first_open_offset() const;
  /// Aborted transactions that touch offsets from `first` to before `end`.
  std::vector<AbortedTransaction> aborted_within(int64_t first, int64_t end) const;

  const std::map<int64_t, ProducerState>& all() const { return states_; }

 private:
  std::map<int64_t, ProducerState> states_;
  std::set<int64_t> open_;                   // first offsets of the open transactions
  std::vector<AbortedTransaction> aborted_;  // by last offset
};

}  // namespace kt::sandbox
