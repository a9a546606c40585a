// The log of a partition: segments of record batches in files, on disk or in memory, with the
// offsets that bound it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/output.h"

namespace kt::sandbox {

struct LogOptions {
  std::string directory;  // empty: in memory
  int64_t segment_bytes = 1 << 30;
};

/// The offsets that a batch covers.
struct BatchSpan {
  int64_t base_offset;
  int64_t last_offset;
  int64_t max_timestamp_ms;
};

/// Where some whole batches lie.
struct LogSlice {
  std::shared_ptr<const SharedFile> file;
  int64_t position = 0;
  size_t size_bytes = 0;
  int64_t next_offset = 0;  // after the last of them
};

class PartitionLog {
 public:
  explicit PartitionLog(LogOptions options);

  int64_t start_offset() const { return start_offset_; }
  int64_t end_offset() const { return end_offset_; }
  int64_t size_bytes() const;

  /// Appends one batch (or magic 0/1 message) whose offset is final.
  void append(std::string_view batch, const BatchSpan& span);

  /// Batches from the one that holds `offset`, all below `end_offset`, of at most `max_bytes` but
  /// at least one where `at_least_one` says so; they lie in one file.
  LogSlice read(int64_t offset, int64_t end_offset, size_t max_bytes, bool at_least_one) const;
  /// Bytes from the batch that holds `offset` up to `end_offset`, counted no further than `enough`.
  size_t available(int64_t offset, int64_t end_offset, size_t enough) const;

  struct Found {
    int64_t offset;
    int64_t timestamp_ms;
  };
  /// The first record at or after a time.
  std::optional<Found> find_time(int64_t timestamp_ms) const;
  /// The record with the largest timestamp.
  std::optional<Found> find_max_timestamp() const;
  /// First offsets of the segments, ascending.
  std::vector<int64_t> segment_offsets() const;

  /// Raises the start; whole segments below it are deleted.
  void delete_before(int64_t offset);
  /// Removes everything, files included.
  void destroy();

 private:
  struct Batch {
    int64_t base_offset;
    int64_t last_offset;
    int64_t max_timestamp_ms;
    uint32_t position;
    uint32_t size_bytes;
  };
  struct Segment {
    int64_t base_offset;
    std::shared_ptr<const SharedFile> file;
    std::string path;
    std::vector<Batch> batches;
    int64_t size_bytes = 0;
  };

  Segment& writable_segment(size_t batch_bytes);

  LogOptions options_;
  std::vector<Segment> segments_;
  int64_t start_offset_ = 0;
  int64_t end_offset_ = 0;
};

}  // namespace kt::sandbox
