#include "storage/segment.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "storage/checkpoints.h"
#include "storage/file_batches.h"

namespace kt {
namespace {

constexpr int64_t kIndexIntervalBytes = 4096;

}  // namespace

Segment::Segment(const std::string& directory, int64_t base_offset, std::string_view suffix)
    : directory_(directory), base_offset_(base_offset), next_offset_(base_offset) {
  log_path_ = path(".log" + std::string(suffix));
  file_ = directory.empty() ? SharedFile::in_memory(segment_name(base_offset, ".log"))
                            : SharedFile::on_disk(log_path_);
}

std::string Segment::path(std::string_view suffix) const {
  return directory_ + "/" + segment_name(base_offset_, suffix);
}

void Segment::walk(int64_t end, bool check_crc,
                   const std::function<bool(const BatchView&, const BatchPlace&)>& visit) const {
  HeaderScanner scanner(*file_, 0, end);
  std::string bytes;
  while (auto place = scanner.next()) {
    BatchView batch = scanner.header();
    if (check_crc || batch.control()) {
      batch = whole(*place, bytes);
      if (batch.stored_crc() != batch.computed_crc()) return;
    }
    if (!visit(batch, *place)) return;
  }
}

bool Segment::recover(bool check_crc, const std::function<void(const BatchView&)>& observe) {
  int64_t file_size = file_->size();
  try {
    walk(file_size, check_crc, [&](const BatchView& batch, const BatchPlace& place) {
      if (place.base_offset < next_offset_ || place.last_offset < place.base_offset ||
          place.last_offset == INT64_MAX)
        return false;
      observe(batch);
      note(batch, place.size_bytes);
      return true;
    });
  } catch (const DecodeError&) {
    // No batch begins here: what follows is cut off like a torn one.
  }
  if (size_bytes_ == file_size) return false;
  file_->truncate(size_bytes_);
  return true;
}

void Segment::replay(const std::function<void(const BatchView&)>& observe) const {
  walk(size_bytes_, false, [&](const BatchView& batch, const BatchPlace&) {
    observe(batch);
    return true;
  });
}

BatchView Segment::whole(const BatchPlace& place, std::string& bytes) const {
  bytes.resize(static_cast<size_t>(place.size_bytes));
  bytes.resize(file_->read_at(place.position, bytes.data(), bytes.size()));
  auto batch = BatchReader(bytes, static_cast<uint64_t>(place.position)).next();
  if (!batch)
    throw DecodeError("at byte " + std::to_string(place.position) + ": the batch is cut off");
  return *batch;
}

void Segment::append(const BatchView& batch) {
  file_->write_at(size_bytes_, batch.bytes());
  note(batch, static_cast<int64_t>(batch.size_bytes()));
}

void Segment::note(const BatchView& header, int64_t size_bytes) {
  int64_t last_offset = header.last_offset();
  if (header.max_timestamp_ms() > max_timestamp_ms_) {
    max_timestamp_ms_ = header.max_timestamp_ms();
    max_timestamp_offset_ = last_offset;
  }
  if (empty()) first_timestamp_ms_ = header.max_timestamp_ms();
  if (unindexed_bytes_ > kIndexIntervalBytes) {
    offset_index_.push_back({last_offset, size_bytes_});
    if (time_index_.empty() || max_timestamp_ms_ > time_index_.back().timestamp_ms)
      time_index_.push_back({max_timestamp_ms_, max_timestamp_offset_});
    unindexed_bytes_ = 0;
  }
  unindexed_bytes_ += size_bytes;
  size_bytes_ += size_bytes;
  next_offset_ = last_offset + 1;
}

std::optional<BatchPlace> Segment::find(int64_t offset) const {
  auto after = std::ranges::upper_bound(offset_index_, offset, {}, &OffsetIndexEntry::offset);
  int64_t position = after == offset_index_.begin() ? 0 : std::prev(after)->position;
  HeaderScanner scanner(*file_, position, size_bytes_);
  while (auto place = scanner.next())
    if (place->last_offset >= offset) return place;
  return std::nullopt;
}

std::optional<BatchPlace> Segment::find_time(int64_t timestamp_ms) const {
  if (max_timestamp_ms_ < timestamp_ms || empty()) return std::nullopt;
  // No batch up to the one that an entry names is later than the entry says.
  auto reached =
      std::ranges::lower_bound(time_index_, timestamp_ms, {}, &TimeIndexEntry::timestamp_ms);
  int64_t from = reached == time_index_.begin() ? base_offset_ : std::prev(reached)->offset;
  auto first = find(from);
  if (!first) return std::nullopt;
  HeaderScanner scanner(*file_, first->position, size_bytes_);
  while (auto place = scanner.next())
    if (place->max_timestamp_ms >= timestamp_ms) return place;
  return std::nullopt;
}

std::optional<BatchPlace> Segment::find_max_timestamp() const {
  if (empty()) return std::nullopt;
  return max_timestamp_offset_ < 0 ? find(base_offset_) : find(max_timestamp_offset_);
}

Segment::Extent Segment::extent(const BatchPlace& first, int64_t max_bytes,
                                int64_t end_offset) const {
  if (size_bytes_ - first.position <= max_bytes && next_offset_ <= end_offset)
    return {size_bytes_ - first.position, next_offset_};
  Extent extent{first.size_bytes, first.last_offset + 1};
  // All that lies before an indexed batch which is itself within the bounds is within them too.
  auto beyond = std::ranges::upper_bound(offset_index_, first.position + max_bytes, {},
                                         &OffsetIndexEntry::position);
  auto past_end =
      std::ranges::lower_bound(offset_index_, end_offset, {}, &OffsetIndexEntry::offset);
  auto entry = std::min(beyond, past_end);
  int64_t from = first.end_position();
  if (entry != offset_index_.begin() && std::prev(entry)->position > from) {
    from = std::prev(entry)->position;
    extent.size_bytes = from - first.position;
  }
  HeaderScanner scanner(*file_, from, size_bytes_);
  while (auto place = scanner.next()) {
    extent.next_offset = std::max(extent.next_offset, place->base_offset);
    if (place->end_position() - first.position > max_bytes || place->last_offset >= end_offset)
      break;
    extent = {place->end_position() - first.position, place->last_offset + 1};
  }
  return extent;
}

void Segment::truncate(int64_t offset) {
  auto cut = find(offset);
  if (!cut) return;
  file_->truncate(cut->position);
  // What is left is read anew: this is rare, and the indexes follow from it.
  next_offset_ = base_offset_;
  size_bytes_ = 0;
  first_timestamp_ms_ = max_timestamp_ms_ = max_timestamp_offset_ = -1;
  unindexed_bytes_ = 0;
  offset_index_.clear();
  time_index_.clear();
  recover(false, [](const BatchView&) {});
}

void Segment::write_indexes(const std::vector<TransactionIndexEntry>& aborted) const {
  if (directory_.empty()) return;
  auto times = time_index_;
  if (max_timestamp_ms_ >= 0 && (times.empty() || max_timestamp_ms_ > times.back().timestamp_ms))
    times.push_back({max_timestamp_ms_, max_timestamp_offset_});
  write_file(path(".index"), write_offset_index(offset_index_, base_offset_));
  write_file(path(".timeindex"), write_time_index(times, base_offset_));
  if (!aborted.empty()) write_file(path(".txnindex"), write_transaction_index(aborted));
}

void Segment::remove_files() const {
  if (directory_.empty()) return;
  unlink(log_path_.c_str());
  if (log_path_ != path(".log")) return;
  for (const char* suffix : {".index", ".timeindex", ".txnindex"}) unlink(path(suffix).c_str());
}

void Segment::take_place() {
  if (directory_.empty()) return;
  if (std::rename(log_path_.c_str(), path(".log").c_str()) != 0)
    throw Error("cannot replace " + path(".log"));
  log_path_ = path(".log");
}

}  // namespace kt
