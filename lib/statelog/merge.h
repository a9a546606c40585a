// State-change logs of many brokers as one, by time: each file is read once, as a stream, and of
// each only a window of lines is held. Lines that step back in time within that window are put
// right; those that come later are counted and given where they are met. At equal times the order
// is that of the files, and within a file that of its lines.
//
// A line without a time (a stack trace, a torn line) stays behind the line it follows, or before
// the first line that has one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time_zone.h"
#include "compress/plain_or_gzip.h"

namespace kt::statelog {

struct Line {
  size_t number = 0;  ///< in its file, from 1
  std::string
      text;  ///< without its line feed; at most kMostLineBytes, the rest is a line of its own
};

constexpr size_t kMostLineBytes = size_t{1} << 20;

/// A line that has a time and those without one around it. Where these are very many, some stand in
/// entries of their own, which have no such line.
struct Entry {
  int64_t timestamp_ms = INT64_MIN;  ///< as it is merged; the smallest where no line had one yet
  std::optional<size_t> dated;       ///< which of the lines has the time
  std::vector<Line> lines;
};

/// One file, its entries in order of time as far as the window reaches.
class LogFile {
 public:
  LogFile(std::string path, TimeZone zone, size_t window_entries);

  const std::string& path() const { return path_; }
  /// The next entry; null at the end.
  const Entry* front();
  Entry pop();

  size_t line_count() const { return line_count_; }
  size_t undated_count() const { return undated_count_; }
  /// Entries that came too late for the window.
  size_t late_count() const { return late_count_; }
  /// Why reading ended before the end of the file; empty where it did not.
  const std::string& failure() const { return failure_; }

 private:
  struct Held {
    Entry entry;
    uint64_t sequence;
    /// For a heap with the earliest on top.
    bool operator<(const Held& other) const;
  };

  bool read_line(Line& line);
  bool fill_block();
  bool look_ahead();
  std::optional<Entry> read_entry();
  void hold();

  std::string path_;
  TimeZone zone_;
  size_t window_entries_;
  PlainOrGzipFile file_;
  std::string block_;
  size_t taken_ = 0;
  bool ended_ = false;
  std::optional<Line> ahead_;
  std::optional<int64_t> ahead_ms_;  ///< of the line read ahead
  int64_t latest_ms_ = INT64_MIN;    ///< of the last line read that had one
  int64_t given_ms_ = INT64_MIN;     ///< of the last entry given out
  size_t line_count_ = 0, undated_count_ = 0, late_count_ = 0;
  uint64_t sequence_ = 0;
  std::vector<Held> held_;
  std::string failure_;
};

/// The files together.
class Merger {
 public:
  explicit Merger(std::vector<std::unique_ptr<LogFile>> files);

  /// The next entry by time, and the file it is of; nothing at the end.
  struct Found {
    LogFile* file;
    Entry entry;
  };
  std::optional<Found> next();

  const std::vector<std::unique_ptr<LogFile>>& files() const { return files_; }

 private:
  void add(size_t file);

  struct Head {
    int64_t timestamp_ms;
    size_t file;
    bool operator<(const Head& other) const {
      return timestamp_ms != other.timestamp_ms ? timestamp_ms > other.timestamp_ms
                                                : file > other.file;
    }
  };
  std::vector<std::unique_ptr<LogFile>> files_;
  std::vector<Head> heads_;
};

}  // namespace kt::statelog
