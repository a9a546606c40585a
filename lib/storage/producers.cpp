#include "storage/producers.h"

#include <algorithm>
#include <utility>

#include "protocol/records/record_reader.h"

namespace kt {
namespace {

constexpr size_t kBatchesKept = 5;

/// Sequences wrap from 2^31-1 to 0.
int32_t next_sequence(int32_t sequence) { return sequence == INT32_MAX ? 0 : sequence + 1; }

}  // namespace

Producers::Check Producers::check(const BatchView& batch) const {
  auto found = states_.find(batch.producer_id());
  if (found == states_.end()) return {batch.base_sequence() > 0 ? Verdict::unknown : Verdict::good};
  const ProducerState& state = found->second;
  if (batch.producer_epoch() < state.epoch) return {Verdict::old_epoch};
  int32_t first = batch.base_sequence();
  if (batch.producer_epoch() > state.epoch) {
    bool begins = first == 0 || state.epoch < 0;
    return {begins ? Verdict::good : Verdict::out_of_order};
  }
  for (const auto& stored : state.batches)
    if (stored.first_sequence == first && stored.last_sequence == batch.last_sequence())
      return {Verdict::duplicate, stored};
  if (state.batches.empty() || first == next_sequence(state.last_sequence())) return {};
  return {Verdict::out_of_order};
}

void Producers::observe(const BatchView& batch) {
  if (batch.producer_id() < 0) return;
  if (batch.control()) return observe_marker(batch);
  ProducerState& state = states_[batch.producer_id()];
  if (batch.producer_epoch() != state.epoch) state.batches.clear();
  state.epoch = batch.producer_epoch();
  state.last_timestamp_ms = batch.max_timestamp_ms();
  if (batch.base_sequence() >= 0) {
    state.batches.push_back({batch.base_sequence(), batch.last_sequence(), batch.base_offset(),
                             batch.last_offset(), batch.max_timestamp_ms()});
    if (state.batches.size() > kBatchesKept) state.batches.pop_front();
  }
  if (!batch.transactional() || state.transaction_start >= 0) return;
  state.transaction_start = batch.base_offset();
  open_.insert(batch.base_offset());
}

void Producers::observe_marker(const BatchView& batch) {
  RecordReader reader(batch.bytes(), {.from_offset = INT64_MIN, .control_records = true});
  const RecordView* record = reader.next();
  if (!record) return;  // compaction took the marker and left the batch
  auto key = control_key(*record);
  if (!key || key->type > ControlKey::kCommit) return;
  ProducerState& state = states_[batch.producer_id()];
  if (batch.producer_epoch() > state.epoch) state.batches.clear();
  state.epoch = std::max(batch.producer_epoch(), state.epoch);
  state.last_timestamp_ms = batch.max_timestamp_ms();
  constexpr size_t kEpochPosition = 2;
  if (record->value && record->value->size() >= kEpochPosition + sizeof(int32_t))
    state.coordinator_epoch = load_big_endian<int32_t>(record->value->data() + kEpochPosition);
  int64_t first = std::exchange(state.transaction_start, -1);
  open_.erase(first);
  if (first < 0 || key->type == ControlKey::kCommit) return;
  int64_t last = batch.base_offset();
  aborted_.push_back({batch.producer_id(), first, last, first_open_offset().value_or(last + 1)});
}

void Producers::clear() {
  states_.clear();
  open_.clear();
  aborted_.clear();
}

void Producers::expire(int64_t offset, int64_t timestamp_ms) {
  std::erase_if(aborted_, [&](const auto& aborted) { return aborted.last_offset < offset; });
  std::erase_if(states_, [&](const auto& entry) {
    return entry.second.transaction_start < 0 && entry.second.last_timestamp_ms < timestamp_ms;
  });
}

std::optional<int64_t> Producers::first_open_offset() const {
  if (open_.empty()) return std::nullopt;
  return *open_.begin();
}

std::vector<TransactionIndexEntry> Producers::aborted_within(int64_t first, int64_t end) const {
  std::vector<TransactionIndexEntry> found;
  auto from = std::ranges::lower_bound(aborted_, first, {}, &TransactionIndexEntry::last_offset);
  for (auto aborted = from; aborted != aborted_.end(); ++aborted)
    if (aborted->first_offset < end) found.push_back(*aborted);
  return found;
}

}  // namespace kt
