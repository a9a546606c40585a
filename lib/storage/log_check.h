// Everything that can be wrong with the files of a log directory, found in one pass on all cores;
// optionally a copy of what is good.
//
// Behind bytes that no batch can begin with, the next batch with a right checksum is looked for, so
// that one damaged length does not hide the rest of a segment.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "storage/file.h"
#include "storage/segment_check.h"

namespace kt {

struct CheckOptions {
  size_t limit_bytes = size_t{256} << 20;  ///< that a batch may decompress to
  int threads = 1;
  /// Where the good batches are copied to, by partition; an empty directory that exists. Empty: no
  /// copy.
  std::string repair_into = {};
  std::function<bool()> interrupted = [] { return false; };
  std::function<void(int64_t bytes)> advanced = [](int64_t) {};
};

/// A problem, and how much of its segment is good in front of the first damage (-1: no segment).
struct FoundProblem {
  FileProblem problem;
  int64_t good_bytes = -1;
};

struct CheckTotals {
  int64_t files = 0, segments = 0, batches = 0, records = 0;
  int64_t bytes = 0, good_bytes = 0;  ///< of segments
  int64_t copied_bytes = 0;
};

/// `on_problem` hears of each in the order of the files.
CheckTotals check_log(const std::vector<LogFile>& files, const CheckOptions& options,
                      const std::function<void(const FoundProblem&)>& on_problem);

/// Where, from `position` on, a whole batch with a right checksum begins whose offsets are from
/// `least_offset` on; nothing where there is none.
std::optional<int64_t> find_batch(const SharedFile& file, int64_t position, int64_t least_offset);

}  // namespace kt
