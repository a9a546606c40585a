// Batches for tests of storage.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/records/batch_builder.h"

namespace kt {

struct TestRecord {
  std::optional<std::string> key;
  std::optional<std::string> value;
};

inline std::string batch_of(BatchOptions options, const std::vector<TestRecord>& records,
                            int64_t timestamp_ms = 1000) {
  BatchBuilder builder(std::move(options));
  for (const auto& record : records) builder.append(timestamp_ms, record.key, record.value);
  return std::string(builder.finish());
}

/// A batch of `count` records with values of `value_bytes`.
inline std::string batch_at(int64_t base_offset, int count = 1, size_t value_bytes = 10,
                            int64_t timestamp_ms = 1000) {
  std::vector<TestRecord> records(static_cast<size_t>(count),
                                  {std::nullopt, std::string(value_bytes, 'v')});
  return batch_of({.base_offset = base_offset, .leader_epoch = 0}, records, timestamp_ms);
}

inline std::string marker_at(int64_t offset, int64_t producer_id, int16_t epoch, bool commit) {
  using namespace std::string_literals;
  return batch_of({.base_offset = offset,
                   .leader_epoch = 0,
                   .producer_id = producer_id,
                   .producer_epoch = epoch,
                   .transactional = true,
                   .control = true},
                  {{commit ? "\0\0\0\1"s : "\0\0\0\0"s, "\0\0\0\0\0\7"s}});
}

}  // namespace kt
