#include "sandbox/down_conversion.h"

#include <algorithm>

#include "protocol/records/batch_builder.h"
#include "protocol/records/record_reader.h"

namespace kt::sandbox {
namespace {

/// What a version of Fetch can carry at most.
int8_t newest_magic(int16_t fetch_version) {
  return fetch_version >= 4 ? 2 : fetch_version >= 2 ? 1 : 0;
}

}  // namespace

bool needs_conversion(const Call& fetch) {
  return newest_magic(fetch.version) < fetch.cluster.release().record_magic();
}

bool convert(const Call& fetch, int64_t offset, LogSlice& slice, std::string& converted) {
  if (slice.size_bytes == 0) return true;
  std::string stored(slice.size_bytes, '\0');
  stored.resize(slice.file->read_at(slice.position, stored.data(), stored.size()));
  // Each message stands for itself, so that holes between offsets survive.
  RecordReader reader(stored, {.from_offset = offset, .check_crc = false});
  BatchBuilder builder;
  while (const RecordView* record = reader.next()) {
    if (reader.batch().codec() == Codec::zstd) return false;
    builder.reset({.magic = newest_magic(fetch.version), .base_offset = record->offset});
    builder.append(record->timestamp_ms, record->key, record->value);
    converted += builder.finish();
  }
  slice.size_bytes = converted.size();
  return true;
}

}  // namespace kt::sandbox
