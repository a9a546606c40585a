// A segment against what lies beside it: batches are shown in their order, and held against the
// index entries that point at them.
//
// An entry of the offset index has an offset of its batch or, where a follower appended several
// batches at once, a later one: only an entry whose batch begins above its offset misleads readers.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "storage/batch_check.h"
#include "storage/index_files.h"
#include "storage/log_files.h"

namespace kt {

/// A problem and the file that it is in.
struct FileProblem {
  std::string file;
  Problem problem;
};

class SegmentCheck {
 public:
  /// Reads the index files beside `segment`.
  explicit SegmentCheck(const LogFile& segment, std::vector<FileProblem>& problems);

  /// A batch that is good by itself. `aborted_from`: where the transaction that its marker aborts
  /// begins, if that is known.
  void show(const BatchFacts& batch, std::optional<int64_t> aborted_from);
  /// A batch that is damaged, or bytes that are none: what points there is not wrong for that.
  void skip() { behind_damage_ = true; }
  /// After the last batch; the segment ends at `end_position`, `size_bytes` may be more by now.
  void finish(int64_t end_position, int64_t size_bytes);

  /// Aborted transactions whose markers are there.
  const std::vector<TransactionIndexEntry>& aborted() const { return confirmed_; }

 private:
  template <class Read>
  void load(std::string_view suffix, size_t entry_bytes, Read read);
  void add(std::string_view suffix, std::string_view kind, size_t entry, size_t entry_bytes,
           int64_t offset, std::string message);
  void show_to_offset_index(const BatchFacts& batch);
  void show_to_time_index(const BatchFacts& batch);
  void show_to_transaction_index(const BatchFacts& batch, std::optional<int64_t> aborted_from);

  std::string stem_;  ///< the segment's path without its suffix
  int64_t base_offset_;
  std::vector<FileProblem>& problems_;
  std::vector<OffsetIndexEntry> offsets_;
  std::vector<TimeIndexEntry> times_;
  std::vector<TransactionIndexEntry> aborted_;
  bool has_transaction_index_ = false;
  size_t next_offset_entry_ = 0, next_time_entry_ = 0;
  std::vector<TransactionIndexEntry> confirmed_;
  bool behind_damage_ = false;
};

}  // namespace kt
