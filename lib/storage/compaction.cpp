#include "storage/compaction.h"

#include <algorithm>

#include "protocol/records/record_reader.h"

namespace kt {

Compaction::Compaction(PartitionLog& log, CompactionOptions options)
    : log_(log), options_(options) {
  const auto& all = log.segments();
  int64_t stable = log.last_stable_offset();
  for (size_t i = 0; i + 1 < all.size() && all[i]->next_offset() <= stable; ++i)
    segments_.push_back(all[i]);
  aborted_ = log.producers().aborted_within(log.start_offset(), stable);
  if (segments_.empty()) phase_ = Phase::done;
}

bool Compaction::open_next() {
  if (segment_ == segments_.size()) {
    segment_ = 0;
    phase_ = phase_ == Phase::index ? Phase::rewrite : Phase::done;
    if (phase_ == Phase::done) return false;
  }
  const Segment& segment = *segments_[segment_];
  batches_ = std::make_unique<FileBatches>(*segment.file(), 0, segment.size_bytes());
  changed_ = false;
  if (phase_ == Phase::rewrite)
    cleaned_ = std::make_shared<Segment>(log_.directory(), segment.base_offset(), ".cleaned");
  return true;
}

bool Compaction::step(size_t budget_bytes) {
  for (size_t done = 0; phase_ != Phase::done && done < budget_bytes;) {
    if (!batches_ && !open_next()) break;
    auto batch = batches_->next();
    if (!batch) {
      batches_.reset();
      if (phase_ == Phase::rewrite) close_segment();
      ++segment_;
      continue;
    }
    done += batch->size_bytes();
    phase_ == Phase::index ? index(*batch) : rewrite(*batch);
  }
  return phase_ == Phase::done;
}

void Compaction::index(const BatchView& batch) {
  if (batch.producer_id() >= 0 && !batch.control())
    last_of_producer_[batch.producer_id()] = batch.base_offset();
  if (batch.control() || is_aborted(batch)) return;
  RecordReader reader(batch.bytes(), {.from_offset = log_.start_offset(), .check_crc = false});
  while (const RecordView* record = reader.next())
    if (record->key) last_offsets_[std::string(*record->key)] = record->offset;
}

bool Compaction::is_aborted(const BatchView& batch) const {
  if (!batch.transactional()) return false;
  return std::ranges::any_of(aborted_, [&](const TransactionIndexEntry& aborted) {
    return aborted.producer_id == batch.producer_id() &&
           aborted.first_offset <= batch.base_offset() &&
           batch.last_offset() <= aborted.last_offset;
  });
}

bool Compaction::keep(const BatchView& batch, const RecordView& record) const {
  if (!record.key) return false;
  auto last = last_offsets_.find(std::string(*record.key));
  if (last == last_offsets_.end() || record.offset < last->second) return false;
  if (record.value) return true;
  auto horizon_ms = batch.delete_horizon_ms();
  return !horizon_ms || options_.now_ms < *horizon_ms;
}

void Compaction::rewrite(const BatchView& batch) {
  if (!batch.is_v2() || batch.control()) return cleaned_->append(batch);
  if (is_aborted(batch)) return keep_empty(batch);
  BatchOptions options{.compression = {batch.codec()},
                       .base_offset = batch.base_offset(),
                       .timestamp_type = batch.timestamp_type(),
                       .leader_epoch = batch.leader_epoch(),
                       .producer_id = batch.producer_id(),
                       .producer_epoch = batch.producer_epoch(),
                       .base_sequence = batch.base_sequence(),
                       .transactional = batch.transactional(),
                       .delete_horizon_ms = batch.delete_horizon_ms(),
                       .last_offset = batch.last_offset()};
  // Two passes over the records: a tombstone that stays gives the whole batch its horizon.
  bool tombstone_stays = false;
  int32_t kept = 0;
  auto each_kept = [&](auto act) {
    RecordReader reader(batch.bytes(), {.from_offset = log_.start_offset(), .check_crc = false});
    while (const RecordView* record = reader.next())
      if (keep(batch, *record)) act(*record);
  };
  each_kept([&](const RecordView& record) {
    ++kept;
    tombstone_stays |= !record.value;
  });
  if (kept == 0) return keep_empty(batch);
  bool needs_horizon = tombstone_stays && !options.delete_horizon_ms;
  if (kept == batch.count() && !needs_horizon) return cleaned_->append(batch);
  changed_ = true;
  if (needs_horizon) options.delete_horizon_ms = options_.now_ms + options_.delete_retention_ms;
  BatchBuilder builder(options);
  each_kept([&](const RecordView& record) { builder.append_at(record.offset, record); });
  auto bytes = builder.finish();
  cleaned_->append(BatchView(bytes));
}

bool Compaction::is_last_of_producer(const BatchView& batch) const {
  auto last = last_of_producer_.find(batch.producer_id());
  return last != last_of_producer_.end() && last->second == batch.base_offset();
}

void Compaction::keep_empty(const BatchView& batch) {
  if (batch.count() == 0 && is_last_of_producer(batch)) return cleaned_->append(batch);
  changed_ = true;
  if (!is_last_of_producer(batch)) return;
  BatchBuilder builder({.base_offset = batch.base_offset(),
                        .leader_epoch = batch.leader_epoch(),
                        .producer_id = batch.producer_id(),
                        .producer_epoch = batch.producer_epoch(),
                        .base_sequence = batch.base_sequence(),
                        .transactional = batch.transactional(),
                        .last_offset = batch.last_offset()});
  auto bytes = builder.finish();
  cleaned_->append(BatchView(bytes));
}

void Compaction::close_segment() {
  auto cleaned = std::move(cleaned_);
  bool placed = changed_ && log_.replace(segments_[segment_], cleaned->empty() ? nullptr : cleaned);
  if (!placed || cleaned->empty()) cleaned->remove_files();
}

}  // namespace kt
