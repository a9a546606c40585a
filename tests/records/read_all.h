// Records as values that can be compared, for tests.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/records/record_reader.h"

namespace kt {

struct OwnedRecord {
  int64_t offset;
  int64_t timestamp_ms;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers = {};

  bool operator==(const OwnedRecord&) const = default;
};

inline OwnedRecord owned(const RecordView& record) {
  OwnedRecord made{record.offset, record.timestamp_ms, {}, {}};
  if (record.key) made.key.emplace(*record.key);
  if (record.value) made.value.emplace(*record.value);
  for (const RecordHeader& header : record.headers) {
    std::optional<std::string> value;
    if (header.value) value.emplace(*header.value);
    made.headers.emplace_back(header.key, value);
  }
  return made;
}

inline std::vector<OwnedRecord> read_all(std::string_view bytes, RecordReaderOptions options = {}) {
  RecordReader reader(bytes, options);
  std::vector<OwnedRecord> all;
  while (const RecordView* record = reader.next()) all.push_back(owned(*record));
  return all;
}

}  // namespace kt
