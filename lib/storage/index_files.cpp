#include "storage/index_files.h"

#include "base/bytes.h"

namespace kt {
namespace {

constexpr size_t kOffsetEntryBytes = 8;
constexpr size_t kTimeEntryBytes = 12;
constexpr size_t kTransactionEntryBytes = 34;

}  // namespace

std::vector<OffsetIndexEntry> read_offset_index(std::string_view bytes, int64_t base_offset) {
  std::vector<OffsetIndexEntry> entries;
  for (ByteReader reader(bytes); reader.remaining() >= kOffsetEntryBytes;) {
    auto offset = reader.integer<int32_t>();
    auto position = reader.integer<int32_t>();
    // Only the first batch can be at position 0, and index entries are of later ones.
    if (offset == 0 && position == 0) break;
    entries.push_back({base_offset + offset, position});
  }
  return entries;
}

std::vector<TimeIndexEntry> read_time_index(std::string_view bytes, int64_t base_offset) {
  std::vector<TimeIndexEntry> entries;
  for (ByteReader reader(bytes); reader.remaining() >= kTimeEntryBytes;) {
    auto timestamp_ms = reader.integer<int64_t>();
    auto offset = reader.integer<int32_t>();
    if (timestamp_ms == 0 && offset == 0) break;
    entries.push_back({timestamp_ms, base_offset + offset});
  }
  return entries;
}

std::vector<TransactionIndexEntry> read_transaction_index(std::string_view bytes) {
  std::vector<TransactionIndexEntry> entries;
  for (ByteReader reader(bytes); reader.remaining() >= kTransactionEntryBytes;) {
    auto version = reader.integer<int16_t>();
    if (version != 0)
      throw DecodeError("at byte " + std::to_string(reader.position() - 2) +
                        ": transaction index of version " + std::to_string(version));
    TransactionIndexEntry entry;
    entry.producer_id = reader.integer<int64_t>();
    entry.first_offset = reader.integer<int64_t>();
    entry.last_offset = reader.integer<int64_t>();
    entry.last_stable_offset = reader.integer<int64_t>();
    entries.push_back(entry);
  }
  return entries;
}

std::string write_offset_index(const std::vector<OffsetIndexEntry>& entries, int64_t base_offset) {
  std::string bytes;
  ByteWriter writer(bytes);
  for (const auto& entry : entries) {
    writer.integer(static_cast<int32_t>(entry.offset - base_offset));
    writer.integer(static_cast<int32_t>(entry.position));
  }
  return bytes;
}

std::string write_time_index(const std::vector<TimeIndexEntry>& entries, int64_t base_offset) {
  std::string bytes;
  ByteWriter writer(bytes);
  for (const auto& entry : entries) {
    writer.integer(entry.timestamp_ms);
    writer.integer(static_cast<int32_t>(entry.offset - base_offset));
  }
  return bytes;
}

std::string write_transaction_index(const std::vector<TransactionIndexEntry>& entries) {
  std::string bytes;
  ByteWriter writer(bytes);
  for (const auto& entry : entries) {
    writer.integer<int16_t>(0);
    writer.integer(entry.producer_id);
    writer.integer(entry.first_offset);
    writer.integer(entry.last_offset);
    writer.integer(entry.last_stable_offset);
  }
  return bytes;
}

}  // namespace kt
