// One segment of a partition: batches in a file (`.log`) and sparse indexes over it, kept in memory
// and written beside it when the segment is closed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/records/batch.h"
#include "storage/file.h"
#include "storage/header_scanner.h"
#include "storage/index_files.h"

namespace kt {

class Segment {
 public:
  /// Creates or opens the segment in `directory`, or makes one in memory where that is empty.
  /// `suffix` follows
  /// `.log`: ".cleaned" for one that is to replace another.
  Segment(const std::string& directory, int64_t base_offset, std::string_view suffix = {});

  /// Reads what the file holds and cuts off what is not whole. Each batch is given to `observe`:
  /// control batches with all their bytes, others with their header alone unless `check_crc`. True
  /// where something was cut off.
  bool recover(bool check_crc, const std::function<void(const BatchView&)>& observe);
  /// Shows the batches once more, in the same way.
  void replay(const std::function<void(const BatchView&)>& observe) const;

  void append(const BatchView& batch);

  int64_t base_offset() const { return base_offset_; }
  int64_t next_offset() const { return next_offset_; }
  int64_t size_bytes() const { return size_bytes_; }
  bool empty() const { return size_bytes_ == 0; }
  int64_t max_timestamp_ms() const { return max_timestamp_ms_; }
  int64_t first_timestamp_ms() const { return first_timestamp_ms_; }
  const std::shared_ptr<SharedFile>& file() const { return file_; }

  /// The batch that holds `offset`, or the first one after it.
  std::optional<BatchPlace> find(int64_t offset) const;
  /// The first batch with a timestamp of at least this.
  std::optional<BatchPlace> find_time(int64_t timestamp_ms) const;
  /// The first batch with the largest timestamp.
  std::optional<BatchPlace> find_max_timestamp() const;

  struct Extent {
    int64_t size_bytes;
    int64_t next_offset;
  };
  /// The batches from `first` on, itself at least, that end before `end_offset` and within
  /// `max_bytes`.
  Extent extent(const BatchPlace& first, int64_t max_bytes, int64_t end_offset) const;

  /// Drops the batches that reach `offset` or beyond.
  void truncate(int64_t offset);
  /// Writes `.index` and `.timeindex`, and `.txnindex` where there are `aborted` transactions.
  void write_indexes(const std::vector<TransactionIndexEntry>& aborted) const;
  /// Deletes its files, of one that is to replace another only its own; readers that hold file() go
  /// on.
  void remove_files() const;
  /// A `.cleaned` segment takes the place of the one with the same base offset.
  void take_place();

 private:
  std::string path(std::string_view suffix) const;
  void note(const BatchView& header, int64_t size_bytes);
  void walk(int64_t end, bool check_crc,
            const std::function<bool(const BatchView&, const BatchPlace&)>& visit) const;
  BatchView whole(const BatchPlace& place, std::string& bytes) const;

  std::string directory_;
  std::string log_path_;
  int64_t base_offset_;
  std::shared_ptr<SharedFile> file_;
  int64_t next_offset_;
  int64_t size_bytes_ = 0;
  int64_t first_timestamp_ms_ = -1;
  int64_t max_timestamp_ms_ = -1;
  int64_t max_timestamp_offset_ = -1;  // last offset of the first batch that has it
  int64_t unindexed_bytes_ = 0;
  std::vector<OffsetIndexEntry> offset_index_;
  std::vector<TimeIndexEntry> time_index_;
};

}  // namespace kt
