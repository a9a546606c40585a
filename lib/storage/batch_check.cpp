#include "storage/batch_check.h"

#include <algorithm>

#include "protocol/records/record_reader.h"

namespace kt {
namespace {

class BatchChecker {
 public:
  BatchChecker(const BatchView& batch, int64_t position, size_t limit_bytes,
               std::vector<Problem>& problems)
      : batch_(batch), limit_bytes_(limit_bytes), problems_(problems) {
    facts_.position = position;
    facts_.size_bytes = static_cast<int64_t>(batch.size_bytes());
    facts_.first_offset = batch.base_offset();
    facts_.last_offset = batch.last_offset();
    facts_.max_timestamp_ms = batch.max_timestamp_ms();
    facts_.producer_id = batch.producer_id();
    facts_.producer_epoch = batch.producer_epoch();
    facts_.base_sequence = batch.base_sequence();
    facts_.last_sequence = batch.last_sequence();
    facts_.leader_epoch = batch.leader_epoch();
    facts_.transactional = batch.transactional();
  }

  BatchFacts check() {
    if (batch_.stored_crc() != batch_.computed_crc())
      return damaged("crc", "the checksum does not match the bytes");
    if (batch_.last_offset() < batch_.base_offset())
      return damaged("offsets", "its last offset is before its first");
    if (batch_.is_v2() && batch_.count() > int64_t{batch_.last_offset_delta()} + 1)
      return damaged("count", "it claims " + std::to_string(batch_.count()) + " records for " +
                                  std::to_string(int64_t{batch_.last_offset_delta()} + 1) +
                                  " offsets");
    try {
      if (!read_records()) return facts_;
    } catch (const DecodeError& error) {
      return damaged(batch_.codec() == Codec::none ? "records" : "inside", error.message());
    }
    facts_.good = true;
    return facts_;
  }

 private:
  BatchFacts damaged(std::string_view kind, std::string message) {
    problems_.push_back({kind, facts_.position, batch_.base_offset(), std::move(message)});
    return facts_;
  }

  bool read_records() {
    RecordReader reader(batch_.bytes(), {.from_offset = INT64_MIN,
                                         .check_crc = batch_.is_wrapper(),
                                         .control_records = true,
                                         .limit_bytes = limit_bytes_,
                                         .position = static_cast<uint64_t>(facts_.position)});
    int64_t previous = INT64_MIN, latest_ms = -1;
    while (const RecordView* record = reader.next()) {
      if (facts_.records++ == 0 && batch_.is_wrapper()) facts_.first_offset = record->offset;
      if (record->offset <= previous) {
        damaged("offsets", "the offset of record " + std::to_string(facts_.records) +
                               " is not above the one before");
        return false;
      }
      previous = record->offset;
      if (record->offset > facts_.last_offset || record->offset < facts_.first_offset) {
        damaged("offsets", "record " + std::to_string(facts_.records) + " has offset " +
                               std::to_string(record->offset) + ", outside of the batch");
        return false;
      }
      latest_ms = std::max(latest_ms, record->timestamp_ms);
      for ([[maybe_unused]] const auto& header : record->headers) continue;
      if (!batch_.control()) continue;
      auto key = control_key(*record);
      if (!key) {
        damaged("records", "a control record without a type");
        return false;
      }
      facts_.marker = key->type;
    }
    if (facts_.records > 0 && batch_.magic() > 0 && latest_ms != batch_.max_timestamp_ms()) {
      damaged("timestamp", "its largest time is given as " +
                               std::to_string(batch_.max_timestamp_ms()) + ", but is " +
                               std::to_string(latest_ms));
      return false;
    }
    return true;
  }

  const BatchView& batch_;
  size_t limit_bytes_;
  std::vector<Problem>& problems_;
  BatchFacts facts_;
};

}  // namespace

BatchFacts check_batch(const BatchView& batch, int64_t position, size_t limit_bytes,
                       std::vector<Problem>& problems) {
  return BatchChecker(batch, position, limit_bytes, problems).check();
}

}  // namespace kt
