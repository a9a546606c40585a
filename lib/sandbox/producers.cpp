#include "sandbox/producers.h"

#include <algorithm>
#include <utility>

namespace kt::sandbox {
namespace {

constexpr size_t kBatchesKept = 5;

/// Sequences wrap from 2^31-1 to 0.
int32_t next_sequence(int32_t sequence) { return sequence == INT32_MAX ? 0 : sequence + 1; }

}  // namespace

Producers::Verdict Producers::check(int64_t producer_id, int16_t epoch, int32_t first_sequence,
                                    int32_t last_sequence) const {
  auto found = states_.find(producer_id);
  // A producer that is not known here, or no longer, may begin with any sequence.
  if (found == states_.end()) return {};
  const ProducerState& state = found->second;
  if (epoch < state.epoch) return {ErrorCode::invalid_producer_epoch, {}};
  if (epoch > state.epoch && state.epoch >= 0)
    return {first_sequence == 0 ? ErrorCode::none : ErrorCode::out_of_order_sequence_number, {}};
  for (const auto& batch : state.batches)
    if (batch.first_sequence == first_sequence && batch.last_sequence == last_sequence)
      return {ErrorCode::none, batch.base_offset};
  if (state.batches.empty() || first_sequence == next_sequence(state.last_sequence())) return {};
  return {ErrorCode::out_of_order_sequence_number, {}};
}

void Producers::appended(int64_t producer_id, int16_t epoch, const ProducerBatch& batch,
                         bool transactional) {
  if (producer_id < 0) return;
  ProducerState& state = states_[producer_id];
  if (epoch != state.epoch) state.batches.clear();
  state.epoch = epoch;
  state.last_timestamp_ms = batch.timestamp_ms;
  state.batches.push_back(batch);
  if (state.batches.size() > kBatchesKept) state.batches.pop_front();
  if (!transactional || state.transaction_start >= 0) return;
  state.transaction_start = batch.base_offset;
  open_.insert(batch.base_offset);
}

void Producers::ended(int64_t producer_id, int16_t epoch, int32_t coordinator_epoch, bool committed,
                      int64_t offset, int64_t timestamp_ms) {
  ProducerState& state = states_[producer_id];
  if (epoch > state.epoch) state.batches.clear();
  state.epoch = std::max(epoch, state.epoch);
  state.coordinator_epoch = coordinator_epoch;
  state.last_timestamp_ms = timestamp_ms;
  int64_t first = std::exchange(state.transaction_start, -1);
  open_.erase(first);
  if (first < 0 || committed) return;
  aborted_.push_back({producer_id, first, offset, first_open_offset().value_or(offset + 1)});
}

std::optional<int64_t> Producers::first_open_offset() const {
  if (open_.empty()) return std::nullopt;
  return *open_.begin();
}

std::vector<AbortedTransaction> Producers::aborted_within(int64_t first, int64_t end) const {
  std::vector<AbortedTransaction> found;
  for (const auto& aborted : aborted_)
    if (aborted.last_offset >= first && aborted.first_offset < end) found.push_back(aborted);
  return found;
}

}  // namespace kt::sandbox
