// Records of any format out of damaged bytes: nothing but DecodeError may come of them; what was
// read is written again and must read the same. The first byte chooses how.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "protocol/records/batch_builder.h"
#include "records/read_all.h"

namespace {

constexpr size_t kLimitBytes = 1 << 20;

std::vector<kt::OwnedRecord> read(std::string_view bytes, kt::RecordReaderOptions options) {
  kt::RecordReader reader(bytes, options);
  std::vector<kt::OwnedRecord> records;
  size_t errors = 0;
  for (size_t steps = 0; steps < 100'000;) {
    uint64_t position = reader.batch_position();
    try {
      const kt::RecordView* record = reader.next();
      if (!record) break;
      ++steps;
      records.push_back(kt::owned(*record));
    } catch (const kt::DecodeError&) {
      // Where the next batch begins is unknown, or one more is damaged.
      if (position == reader.batch_position() && ++errors > 3) break;
    }
  }
  return records;
}

void write_again(const std::vector<kt::OwnedRecord>& records, uint8_t choice) {
  int8_t magic = static_cast<int8_t>(choice % 3);
  auto codec = static_cast<kt::Codec>(choice / 3 % (magic == 2 ? 5 : 4));
  kt::BatchBuilder builder({.magic = magic, .compression = {codec}});
  auto expected = records;
  for (size_t i = 0; i < expected.size(); ++i) {
    auto& record = expected[i];
    std::vector<kt::RecordHeader> headers;
    for (const auto& [key, value] : record.headers) headers.push_back({key, value});
    builder.append(record.timestamp_ms, record.key, record.value, headers);
    record.offset = static_cast<int64_t>(i);
    if (magic == 0) record.timestamp_ms = -1;
    if (magic < 2) record.headers.clear();
  }
  if (kt::read_all(builder.finish()) != expected) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  uint8_t choice = data[0];
  std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  kt::AbortedTransactions aborted({{1, 0}, {5, 3}});
  auto records = read(bytes, {.from_offset = INT64_MIN,
                              .check_crc = false,
                              .control_records = (choice & 0x80) != 0,
                              .limit_bytes = kLimitBytes,
                              .aborted = (choice & 0x40) ? &aborted : nullptr});
  write_again(records, choice & 0x3f);
  return 0;
}
