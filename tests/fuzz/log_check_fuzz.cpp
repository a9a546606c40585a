// A damaged partition directory: the check must come to its end, whatever its files hold, and what
// it copies as good must be found good again. The first byte chooses which file the rest is.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "protocol/records/batch.h"
#include "storage/file.h"
#include "storage/log_check.h"
#include "storage/segment.h"
#include "storage/snapshot_file.h"
#include "support/temporary_directory.h"

namespace {

namespace fs = std::filesystem;

const char* const kNames[] = {"00000000000000000000.index",
                              "00000000000000000000.timeindex",
                              "00000000000000000000.txnindex",
                              "00000000000000000009.snapshot",
                              "leader-epoch-checkpoint",
                              "partition.metadata",
                              "quorum-state",
                              "replication-offset-checkpoint"};

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

int64_t check(const std::string& path, const std::string& into, int64_t& problems) {
  kt::CheckOptions options;
  options.limit_bytes = 1 << 20;
  options.repair_into = into;
  problems = 0;
  return kt::check_log(kt::list_log_files(path), options,
                       [&](const kt::FoundProblem& found) {
                         // Epochs, which no checksum covers, do not make a batch bad.
                         problems += found.problem.problem.kind != "epoch";
                       })
      .copied_bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  static kt::TemporaryDirectory root;
  auto path = root.path() + "/t-0", into = root.path() + "/copy";
  fs::remove_all(path);
  fs::remove_all(into);
  fs::create_directories(path);
  fs::create_directories(into);
  std::string bytes(reinterpret_cast<const char*>(data + 2), size - 2);
  // The second byte says how much of the rest is a side file: the segment follows it.
  size_t side = data[0] < 128 ? std::min<size_t>(data[1], bytes.size()) : 0;
  kt::write_file(path + "/" + kNames[data[0] % 8], bytes.substr(0, side));
  auto log = bytes.substr(side);
  kt::write_file(path + "/00000000000000000000.log", data[0] % 3 == 0 ? log : with_checksums(log));
  int64_t problems = 0;
  int64_t copied = check(path, into, problems);
  if (copied == 0) return 0;
  // Side files that are copied as they are may be wrong; the segment may not.
  fs::remove(into + "/t-0/leader-epoch-checkpoint");
  fs::remove(into + "/t-0/partition.metadata");
  check(into + "/t-0/00000000000000000000.log", "", problems);
  if (problems != 0) std::abort();
  return 0;
}
