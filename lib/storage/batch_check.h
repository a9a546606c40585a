// One batch looked at as a whole: does its checksum match, does it decompress, and do its records
// say what its header says? Needs nothing but the batch, so that threads can look at many at once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/records/batch.h"

namespace kt {

/// Something that is wrong at a place of a file.
struct Problem {
  std::string_view kind;  ///< a word, as `kt log check` lists them
  int64_t position = 0;   ///< in bytes
  std::optional<int64_t> offset = {};
  std::string message;
};

/// What of a batch matters to its neighbours and to what lies beside the segment.
struct BatchFacts {
  int64_t position = 0;
  int64_t size_bytes = 0;
  int64_t first_offset = 0;
  int64_t last_offset = 0;
  int64_t max_timestamp_ms = -1;
  int64_t producer_id = -1;
  int64_t records = 0;
  int32_t leader_epoch = -1;
  int32_t base_sequence = -1;
  int32_t last_sequence = -1;
  int16_t producer_epoch = -1;
  int16_t marker = -1;  ///< ControlKey's type; -1: no control batch
  bool transactional = false;
  bool good = false;
};

/// Adds what is wrong with `batch`, at most one problem.
BatchFacts check_batch(const BatchView& batch, int64_t position, size_t limit_bytes,
                       std::vector<Problem>& problems);

}  // namespace kt
