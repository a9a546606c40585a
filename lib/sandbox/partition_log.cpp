#include "sandbox/partition_log.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/error.h"

namespace kt::sandbox {

PartitionLog::PartitionLog(LogOptions options) : options_(std::move(options)) {}

int64_t PartitionLog::size_bytes() const {
  int64_t size = 0;
  for (const auto& segment : segments_) size += segment.size_bytes;
  return size;
}

PartitionLog::Segment& PartitionLog::writable_segment(size_t batch_bytes) {
  bool roll =
      segments_.empty() ||
      (segments_.back().size_bytes > 0 &&
       segments_.back().size_bytes + static_cast<int64_t>(batch_bytes) > options_.segment_bytes);
  if (!roll) return segments_.back();
  int fd = memfd_create("kt-sandbox", MFD_CLOEXEC);
  if (fd < 0) throw Error(std::string("cannot make a log segment: ") + std::strerror(errno));
  segments_.push_back({end_offset_, std::make_shared<SharedFile>(fd), {}, {}, 0});
  return segments_.back();
}

void PartitionLog::append(std::string_view bytes, const BatchSpan& span) {
  Segment& segment = writable_segment(bytes.size());
  size_t written = 0;
  while (written < bytes.size()) {
    ssize_t now = pwrite(segment.file->fd(), bytes.data() + written, bytes.size() - written,
                         segment.size_bytes + static_cast<off_t>(written));
    if (now < 0 && errno == EINTR) continue;
    if (now <= 0)
      throw Error(std::string("cannot write to a log segment: ") + std::strerror(errno));
    written += static_cast<size_t>(now);
  }
  segment.batches.push_back({span.base_offset, span.last_offset, span.max_timestamp_ms,
                             static_cast<uint32_t>(segment.size_bytes),
                             static_cast<uint32_t>(bytes.size())});
  segment.size_bytes += static_cast<int64_t>(bytes.size());
  end_offset_ = span.last_offset + 1;
}

LogSlice PartitionLog::read(int64_t offset, int64_t end_offset, size_t max_bytes,
                            bool at_least_one) const {
  LogSlice slice;
  slice.next_offset = offset;
  for (const auto& segment : segments_) {
    if (segment.batches.empty() || segment.batches.back().last_offset < offset) continue;
    auto batch = std::ranges::lower_bound(segment.batches, offset, {}, &Batch::last_offset);
    slice.file = segment.file;
    slice.position = batch->position;
    for (; batch != segment.batches.end() && batch->last_offset < end_offset; ++batch) {
      bool fits = slice.size_bytes + batch->size_bytes <= max_bytes;
      if (!fits && !(slice.size_bytes == 0 && at_least_one)) break;
      slice.size_bytes += batch->size_bytes;
      slice.next_offset = batch->last_offset + 1;
    }
    return slice;
  }
  return slice;
}

size_t PartitionLog::available(int64_t offset, int64_t end_offset, size_t enough) const {
  size_t total = 0;
  while (total < enough) {
    LogSlice slice = read(offset, end_offset, enough - total, true);
    if (slice.size_bytes == 0) break;
    total += slice.size_bytes;
    offset = slice.next_offset;
  }
  return total;
}

std::vector<int64_t> PartitionLog::segment_offsets() const {
  std::vector<int64_t> offsets;
  for (const auto& segment : segments_)
    offsets.push_back(std::max(segment.base_offset, start_offset_));
  return offsets;
}

void PartitionLog::delete_before(int64_t offset) {
  start_offset_ = std::max(start_offset_, std::min(offset, end_offset_));
  std::erase_if(segments_, [&](const Segment& segment) {
    return &segment != &segments_.back() && segment.batches.back().last_offset < start_offset_;
  });
}

void PartitionLog::destroy() {
  segments_.clear();
  end_offset_ = start_offset_ = 0;
}

std::optional<PartitionLog::Found> PartitionLog::find_time(int64_t timestamp_ms) const {
  for (const auto& segment : segments_)
    for (const auto& batch : segment.batches)
      if (batch.max_timestamp_ms >= timestamp_ms)
        return Found{batch.base_offset, batch.max_timestamp_ms};
  return std::nullopt;
}

std::optional<PartitionLog::Found> PartitionLog::find_max_timestamp() const {
  std::optional<Found> best;
  for (const auto& segment : segments_)
    for (const auto& batch : segment.batches)
      if (!best || batch.max_timestamp_ms > best->timestamp_ms)
        best = Found{batch.last_offset, batch.max_timestamp_ms};
  return best;
}

}  // namespace kt::sandbox
