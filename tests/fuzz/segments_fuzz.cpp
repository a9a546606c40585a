// Damaged files of a log directory: a partition opened over one must come up with what is whole,
// answer questions and take more; index files and checkpoints give entries or DecodeError. The
// first byte chooses the kind of file.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "protocol/records/record_reader.h"
#include "storage/batches.h"
#include "storage/compaction.h"
#include "storage/file_batches.h"
#include "support/temporary_directory.h"

namespace {

/// Checksums made right, so that what lies behind them is reached.
std::string with_checksums(std::string bytes) {
  try {
    kt::BatchReader reader(bytes);
    while (auto batch = reader.next())
      kt::set_crc(bytes.data() + reader.batch_position(), batch->size_bytes());
  } catch (const kt::DecodeError&) {
    // Up to here they are.
  }
  return bytes;
}

void walk(const kt::PartitionLog& log) {
  int64_t next = log.start_offset();
  while (true) {
    auto slice = log.read(next, log.end_offset(), 300, true);
    if (slice.size_bytes == 0) return;
    if (slice.next_offset <= next) std::abort();
    next = slice.next_offset;
  }
}

void open_partition(std::string_view bytes) {
  static kt::TemporaryDirectory root;
  auto path = root.path() + "/t-0";
  std::filesystem::remove_all(path);
  std::filesystem::create_directories(path);
  kt::write_file(path + "/00000000000000000000.log", with_checksums(std::string(bytes)));
  try {
    kt::PartitionLog log({.directory = path});
    walk(log);
    log.find_max_timestamp();
    log.find_time(1000);
    int64_t end = log.end_offset();
    if (end < INT64_MAX - 10) {
      log.append(kt::batch_at(end));
      if (log.end_offset() != end + 1) std::abort();
    }
    log.roll();
    kt::Compaction compaction(log, {.now_ms = 5});
    while (!compaction.step(1 << 20)) continue;
    walk(log);
    log.truncate(end / 2);
    walk(log);
  } catch (const kt::DecodeError&) {
    // A batch whose inside is damaged, met while answering.
  }
}

void read_batches(std::string_view bytes) {
  auto file = kt::SharedFile::in_memory("fuzz");
  file->write_at(0, bytes);
  kt::FileBatches batches(*file, 0, static_cast<int64_t>(bytes.size()));
  while (batches.next()) continue;
}

void read_small_file(int kind, const std::string& text) {
  switch (kind) {
    case 0:
      kt::read_leader_epochs(text);
      break;
    case 1:
      kt::read_offset_checkpoint(text);
      break;
    case 2:
      kt::read_properties(text);
      break;
    case 3:
      kt::read_offset_index(text, 5);
      break;
    case 4:
      kt::read_time_index(text, 5);
      break;
    case 5:
      kt::read_transaction_index(text);
      break;
    case 6:
      kt::parse_partition_directory(text);
      break;
    case 7:
      kt::parse_segment_name(text);
      break;
    default:
      kt::read_partition_metadata(text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  if (data[0] < 64) {
    open_partition(bytes);
    return 0;
  }
  try {
    data[0] < 128 ? read_batches(bytes) : read_small_file(data[0] % 9, std::string(bytes));
  } catch (const kt::DecodeError&) {
    // What damaged files may give.
  }
  return 0;
}
