// Which batches and records `kt log dump` prints, and walking over those of a piece of a segment.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/pattern.h"
#include "protocol/records/record_reader.h"
#include "storage/pieces.h"

namespace kt {

enum class ControlRecords : uint8_t { without, with, only };

struct RecordFilter {
  int64_t start_offset = INT64_MIN;
  int64_t end_offset = INT64_MAX;
  int64_t start_ms = INT64_MIN;
  int64_t end_ms = INT64_MAX;
  std::optional<int64_t> producer_id = {};
  std::optional<std::string> key = {};
  bool key_is_pattern = false;
  ControlRecords control = ControlRecords::without;

  /// Nothing of the batch can match.
  bool skips(const BatchView& batch) const;
};

/// Something wrong at a place of a file.
struct Damage {
  int64_t position;
  std::string message;
};

class FilteredReader {
 public:
  FilteredReader(const RecordFilter& filter, bool check_crc, size_t limit_bytes)
      : filter_(filter), check_crc_(check_crc), limit_bytes_(limit_bytes) {
    if (filter.key && filter.key_is_pattern) pattern_.emplace(*filter.key);
  }

  /// Calls `on_record(reader, record)` with each record that matches, until it answers false;
  /// batches that are damaged are left out and added to `damage`.
  template <class OnRecord>
  void read(const Piece& piece, std::vector<Damage>& damage, OnRecord on_record) {
    RecordReader reader(piece.bytes(),
                        {.from_offset = filter_.start_offset,
                         .check_crc = check_crc_,
                         .control_records = filter_.control != ControlRecords::without,
                         .limit_bytes = limit_bytes_,
                         .position = static_cast<uint64_t>(piece.position)});
    for (;;) {
      try {
        while (const RecordView* record = reader.next())
          if (matches(reader.batch(), *record) && !on_record(reader, *record)) return;
        return;
      } catch (const DecodeError& error) {
        damage.push_back({static_cast<int64_t>(reader.batch_position()), error.message()});
      }
    }
  }

 private:
  bool matches(const BatchView& batch, const RecordView& record) const;

  const RecordFilter& filter_;
  bool check_crc_;
  size_t limit_bytes_;
  std::optional<Pattern> pattern_;
};

}  // namespace kt
