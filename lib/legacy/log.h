// One partition of a 0.7 broker as bytes at positions: from the files of its log directory, or
// asked of the broker itself (broker.h). LogReader gives its entries from any position on.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "legacy/message_set.h"
#include "storage/file.h"

namespace kt::legacy {

/// A partition as its broker numbers it: each broker begins at 0.
struct PartitionId {
  std::string topic;
  int32_t broker = 0;
  int32_t partition = 0;

  auto operator<=>(const PartitionId&) const = default;
};

/// Bytes of a log, up to the end that it had when it was opened.
class Log {
 public:
  virtual ~Log() = default;

  /// The first byte that is there, and the one after the last.
  virtual int64_t start() const = 0;
  virtual int64_t end() const = 0;
  /// Where the segment ends that has this position: entries never cross it. Behind a hole, where
  /// segments are missing, the position of the next one that is there.
  virtual int64_t segment_end(int64_t position) const = 0;
  /// True where the position lies in a hole.
  virtual bool is_missing(int64_t position) const = 0;
  /// Appends the bytes from `position` on, at least one, at most `most_bytes`, none behind the
  /// segment's end. Throws where they can't be had.
  virtual void read(int64_t position, size_t most_bytes, std::string& out) = 0;
};

/// The segments of one partition directory, by position. A file that shrinks while it is read is an
/// error, one that grows is read as far as it went.
class FileLog final : public Log {
 public:
  struct Segment {
    int64_t start;
    int64_t size_bytes;
    std::string path;
  };
  explicit FileLog(std::vector<Segment> segments);

  int64_t start() const override;
  int64_t end() const override;
  int64_t segment_end(int64_t position) const override;
  bool is_missing(int64_t position) const override;
  void read(int64_t position, size_t most_bytes, std::string& out) override;

 private:
  const Segment* segment_at(int64_t position) const;

  std::vector<Segment> segments_;
  const Segment* open_segment_ = nullptr;
  std::shared_ptr<SharedFile> file_;
};

struct PartitionFiles {
  PartitionId id;
  std::vector<FileLog::Segment> segments;
};

/// The partitions that a path holds: a log directory those of its partition directories, a
/// partition directory itself. Throws a usage error where it is neither.
std::vector<PartitionFiles> find_files(const std::string& path, int32_t broker);

/// The entries of a log from a position on.
class LogReader {
 public:
  struct Entry {
    int64_t position = 0;
    int64_t next_position = 0;
    /// Empty where the entry is whole; then what is wrong, and `bytes` what stands there. A hole
    /// has no bytes.
    std::string damage = {};
    std::string_view bytes = {};
    const std::vector<std::string_view>* messages = nullptr;
  };

  /// `position` must be where an entry begins.
  LogReader(Log& log, int64_t position, size_t read_bytes, Limits limits = {});

  /// The next entry, good until the next call; nothing at the log's end.
  std::optional<Entry> next();
  int64_t position() const { return position_; }

 private:
  Log& log_;
  int64_t position_;
  const size_t read_bytes_;
  EntryReader entries_;
  std::string buffer_;
  size_t used_ = 0;  ///< of the buffer, the entries given already
};

}  // namespace kt::legacy
