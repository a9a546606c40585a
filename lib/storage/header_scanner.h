// Walks over the batches of a file by their headers alone, with one small read where batches are
// small and one per batch where they are large.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "protocol/records/batch.h"
#include "storage/file.h"

namespace kt {

/// Where a batch lies and what it covers.
struct BatchPlace {
  int64_t base_offset;
  int64_t last_offset;
  int64_t max_timestamp_ms;
  int64_t position;
  int64_t size_bytes;

  int64_t end_position() const { return position + size_bytes; }
};

class HeaderScanner {
 public:
  /// Looks at the bytes from `position`, where a batch begins, to before `end`.
  HeaderScanner(const SharedFile& file, int64_t position, int64_t end)
      : file_(file), position_(position), end_(end) {}

  /// The next batch; nothing at the end and where the rest holds no whole one. Throws DecodeError
  /// where no batch can begin so.
  std::optional<BatchPlace> next();
  /// The header of the batch that next() gave last: everything of it but its records, keys and
  /// values.
  BatchView header() const {
    return BatchView({window_.data() + header_at_, batch_layout::kHeaderBytes});
  }
  /// Where the batch that follows begins.
  int64_t position() const { return position_; }

 private:
  const char* bytes_at(int64_t position, size_t& available);

  const SharedFile& file_;
  int64_t position_;
  int64_t end_;
  int64_t window_start_ = 0;
  size_t window_size_ = 0;
  size_t header_at_ = 0;
  std::array<char, 4096 + batch_layout::kHeaderBytes> window_{};
};

}  // namespace kt
