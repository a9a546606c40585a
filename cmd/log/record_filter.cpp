#include "log/record_filter.h"

namespace kt {

bool RecordFilter::skips(const BatchView& batch) const {
  if (batch.last_offset() < start_offset) return true;
  // A wrapper has the offset of its last message.
  if (!batch.is_wrapper() && batch.base_offset() >= end_offset) return true;
  if (batch.max_timestamp_ms() < start_ms) return true;
  if (producer_id && batch.producer_id() != *producer_id) return true;
  if (control == ControlRecords::only && !batch.control()) return true;
  return false;
}

bool FilteredReader::matches(const BatchView& batch, const RecordView& record) const {
  if (record.offset >= filter_.end_offset) return false;
  if (record.timestamp_ms < filter_.start_ms || record.timestamp_ms >= filter_.end_ms) return false;
  if (filter_.producer_id && batch.producer_id() != *filter_.producer_id) return false;
  if (filter_.control == ControlRecords::only && !batch.control()) return false;
  if (!filter_.key) return true;
  if (!record.key) return false;
  return pattern_ ? pattern_->matches(*record.key) : *record.key == *filter_.key;
}

}  // namespace kt
