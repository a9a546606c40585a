#include "storage/header_scanner.h"

#include <algorithm>
#include <string>

namespace kt {

using namespace batch_layout;

const char* HeaderScanner::bytes_at(int64_t position, size_t& available) {
  auto wanted = static_cast<size_t>(std::min<int64_t>(kHeaderBytes, end_ - position));
  bool inside = position >= window_start_ && position + static_cast<int64_t>(wanted) <=
                                                 window_start_ + static_cast<int64_t>(window_size_);
  if (!inside) {
    // Behind what is read, room for a header is kept, so that header() never looks beyond.
    auto most =
        static_cast<size_t>(std::min<int64_t>(window_.size() - kHeaderBytes, end_ - position));
    window_start_ = position;
    window_size_ = file_.read_at(position, window_.data(), most);
  }
  header_at_ = static_cast<size_t>(position - window_start_);
  available = window_size_ - header_at_;
  return window_.data() + header_at_;
}

std::optional<BatchPlace> HeaderScanner::next() {
  constexpr size_t kLeastBytes =
      26;  // of any message: down to its checksum, attributes, first length
  if (end_ - position_ < static_cast<int64_t>(kLeastBytes)) return std::nullopt;
  size_t available = 0;
  const char* head = bytes_at(position_, available);
  if (available < kLeastBytes) return std::nullopt;
  auto size = static_cast<int64_t>(kLogOverhead) + load_big_endian<int32_t>(head + kLength);
  int magic = static_cast<int8_t>(head[kMagic]);
  int64_t least =
      magic == 2 ? static_cast<int64_t>(kHeaderBytes) : static_cast<int64_t>(kLeastBytes);
  if (magic < 0 || magic > 2 || size < least)
    throw DecodeError("at byte " + std::to_string(position_) + ": no batch begins here");
  if (size > end_ - position_) return std::nullopt;
  BatchView view = header();
  BatchPlace place{view.base_offset(), view.last_offset(), view.max_timestamp_ms(), position_,
                   size};
  position_ += size;
  return place;
}

}  // namespace kt
