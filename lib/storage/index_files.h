// The byte formats of the index files beside a segment. Files of open segments are longer than what
// they hold, the rest zeros: reading stops there. Entries count from the segment's base offset;
// here offsets are whole.
//   .index      offset (relative) i32, position i32: the last offset of the batch at `position`
//   (its first up to 1.1) .timeindex  timestamp i64, offset (relative) i32: no record before that
//   batch is later .txnindex   version i16 = 0, producer id, first, last, last stable offset i64:
//   one aborted transaction
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kt {

struct OffsetIndexEntry {
  int64_t offset;
  int64_t position;
  bool operator==(const OffsetIndexEntry&) const = default;
};

struct TimeIndexEntry {
  int64_t timestamp_ms;
  int64_t offset;
  bool operator==(const TimeIndexEntry&) const = default;
};

struct TransactionIndexEntry {
  int64_t producer_id;
  int64_t first_offset;
  int64_t last_offset;
  int64_t last_stable_offset;
  bool operator==(const TransactionIndexEntry&) const = default;
};

std::vector<OffsetIndexEntry> read_offset_index(std::string_view bytes, int64_t base_offset);
std::vector<TimeIndexEntry> read_time_index(std::string_view bytes, int64_t base_offset);
/// Throws DecodeError on an unknown version.
std::vector<TransactionIndexEntry> read_transaction_index(std::string_view bytes);

std::string write_offset_index(const std::vector<OffsetIndexEntry>& entries, int64_t base_offset);
std::string write_time_index(const std::vector<TimeIndexEntry>& entries, int64_t base_offset);
std::string write_transaction_index(const std::vector<TransactionIndexEntry>& entries);

}  // namespace kt
