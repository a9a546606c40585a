#include "storage/partition_log.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <utility>

#include "protocol/records/record_reader.h"

namespace kt {

namespace fs = std::filesystem;

PartitionLog::PartitionLog(LogOptions options) : options_(std::move(options)) {
  if (!options_.directory.empty()) load();
  start_offset_ = std::max(start_offset_, options_.start_offset);
  end_offset_ = std::max(end_offset_, start_offset_);
  // The name of an empty segment is where an empty log goes on.
  if (!options_.directory.empty() && segments_.empty()) add_segment(end_offset_);
}

PartitionLog::~PartitionLog() {
  try {
    if (!options_.directory.empty() && !segments_.empty())
      segments_.back()->write_indexes(aborted_in(*segments_.back()));
  } catch (const Error&) {
    // The next start makes indexes anew.
  }
}

void PartitionLog::load() {
  fs::create_directories(options_.directory);
  if (options_.topic_id)
    write_file(options_.directory + "/partition.metadata",
               write_partition_metadata(*options_.topic_id));
  std::vector<int64_t> bases;
  for (const auto& entry : fs::directory_iterator(options_.directory)) {
    auto name = entry.path().filename().string();
    auto parsed = parse_segment_name(name);
    if (!parsed) continue;
    if (parsed->second == ".log") bases.push_back(parsed->first);
    if (name.ends_with(".cleaned") || name.ends_with(".swap") || name.ends_with(".deleted"))
      fs::remove(entry.path());
  }
  std::ranges::sort(bases);
  bool torn = false;
  for (int64_t base : bases) {
    auto segment = std::make_shared<Segment>(options_.directory, base);
    // Behind a place where batches are missing, nothing can follow.
    if (torn || base < end_offset_) {
      segment->remove_files();
      continue;
    }
    end_offset_ = base;
    bool is_last = base == bases.back();
    torn = segment->recover(is_last, [this](const BatchView& batch) { note(batch); });
    segments_.push_back(std::move(segment));
  }
  if (!segments_.empty()) {
    start_offset_ = segments_.front()->base_offset();
    end_offset_ = segments_.back()->next_offset();
  }
  write_epochs();
}

void PartitionLog::note(const BatchView& batch) {
  producers_.observe(batch);
  if (batch.leader_epoch() >= 0 && (epochs_.empty() || epochs_.back().epoch < batch.leader_epoch()))
    epochs_.push_back({batch.leader_epoch(), batch.base_offset()});
  end_offset_ = batch.next_offset();
}

void PartitionLog::write_epochs() const {
  if (!options_.directory.empty())
    write_file(options_.directory + "/leader-epoch-checkpoint", write_leader_epochs(epochs_));
}

int64_t PartitionLog::size_bytes() const {
  int64_t size = 0;
  for (const auto& segment : segments_) size += segment->size_bytes();
  return size;
}

bool PartitionLog::must_roll(const BatchView& batch) const {
  if (segments_.empty()) return true;
  const Segment& last = *segments_.back();
  if (last.empty()) return false;
  bool full = last.size_bytes() + static_cast<int64_t>(batch.size_bytes()) > options_.segment_bytes;
  bool old = last.first_timestamp_ms() >= 0 &&
             batch.max_timestamp_ms() - last.first_timestamp_ms() > options_.segment_ms;
  bool far = batch.last_offset() - last.base_offset() > std::numeric_limits<int32_t>::max();
  return full || old || far;
}

void PartitionLog::append(std::string_view bytes) {
  auto batch = BatchReader(bytes).next();
  if (!batch || batch->size_bytes() != bytes.size())
    throw Error("a log takes one whole batch at a time");
  if (must_roll(*batch)) {
    roll();
    if (segments_.empty()) add_segment(batch->is_v2() ? batch->base_offset() : end_offset_);
  }
  segments_.back()->append(*batch);
  size_t epochs_before = epochs_.size();
  note(*batch);
  if (epochs_.size() != epochs_before) write_epochs();
}

void PartitionLog::add_segment(int64_t base_offset) {
  segments_.push_back(std::make_shared<Segment>(options_.directory, base_offset));
}

void PartitionLog::roll() {
  if (segments_.empty() || segments_.back()->empty()) return;
  segments_.back()->write_indexes(aborted_in(*segments_.back()));
  add_segment(end_offset_);
}

void PartitionLog::configure(int64_t segment_bytes, int64_t segment_ms) {
  options_.segment_bytes = segment_bytes;
  options_.segment_ms = segment_ms;
}

std::vector<TransactionIndexEntry> PartitionLog::aborted_in(const Segment& segment) const {
  std::vector<TransactionIndexEntry> found;
  for (const auto& aborted :
       producers_.aborted_within(segment.base_offset(), segment.next_offset()))
    if (aborted.last_offset < segment.next_offset()) found.push_back(aborted);
  return found;
}

LogSlice PartitionLog::read(int64_t offset, int64_t end_offset, size_t max_bytes,
                            bool at_least_one) const {
  LogSlice slice;
  slice.next_offset = offset;
  auto next_offset = [](const auto& segment) { return segment->next_offset(); };
  for (auto at = std::ranges::upper_bound(segments_, offset, {}, next_offset);
       at != segments_.end(); ++at) {
    const Segment& segment = **at;
    auto first = segment.find(offset);
    if (!first) continue;
    bool fits = static_cast<size_t>(first->size_bytes) <= max_bytes || at_least_one;
    if (!fits || first->last_offset >= end_offset) break;
    auto limit =
        static_cast<int64_t>(std::min<size_t>(max_bytes, std::numeric_limits<int32_t>::max()));
    auto extent = segment.extent(*first, limit, end_offset);
    return {segment.file(), first->position, static_cast<size_t>(extent.size_bytes),
            extent.next_offset};
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

std::optional<PartitionLog::Found> PartitionLog::first_record(const Segment& segment,
                                                              const BatchPlace& place,
                                                              int64_t from_ms) const {
  std::string bytes(static_cast<size_t>(place.size_bytes), '\0');
  bytes.resize(segment.file()->read_at(place.position, bytes.data(), bytes.size()));
  RecordReader reader(bytes, {.from_offset = start_offset_, .check_crc = false});
  while (const RecordView* record = reader.next())
    if (record->timestamp_ms >= from_ms)
      return Found{record->offset, record->timestamp_ms, reader.batch().leader_epoch()};
  return std::nullopt;
}

std::optional<PartitionLog::Found> PartitionLog::find_time(int64_t timestamp_ms) const {
  for (const auto& segment : segments_) {
    auto place = segment->find_time(timestamp_ms);
    // A batch may be named by a record that has been trimmed, or by a marker: then the next one
    // answers.
    while (place) {
      if (auto found = first_record(*segment, *place, timestamp_ms)) return found;
      HeaderScanner scanner(*segment->file(), place->end_position(), segment->size_bytes());
      do place = scanner.next();
      while (place && place->max_timestamp_ms < timestamp_ms);
    }
  }
  return std::nullopt;
}

std::optional<PartitionLog::Found> PartitionLog::find_max_timestamp() const {
  const Segment* latest = nullptr;
  for (const auto& segment : segments_)
    if (!segment->empty() && (!latest || segment->max_timestamp_ms() > latest->max_timestamp_ms()))
      latest = segment.get();
  if (!latest) return std::nullopt;
  auto place = latest->find_max_timestamp();
  if (!place) return std::nullopt;
  return first_record(*latest, *place, place->max_timestamp_ms);
}

std::vector<int64_t> PartitionLog::segment_offsets() const {
  std::vector<int64_t> offsets;
  for (const auto& segment : segments_)
    offsets.push_back(std::max(segment->base_offset(), start_offset_));
  return offsets;
}

void PartitionLog::drop_first_segment() {
  segments_.front()->remove_files();
  segments_.erase(segments_.begin());
}

void PartitionLog::delete_before(int64_t offset) {
  start_offset_ = std::max(start_offset_, std::min(offset, end_offset_));
  while (segments_.size() > 1 && segments_[1]->base_offset() <= start_offset_) drop_first_segment();
  // The epoch in force at the start begins there now; those before it are gone.
  while (epochs_.size() > 1 && epochs_[1].start_offset <= start_offset_)
    epochs_.erase(epochs_.begin());
  if (!epochs_.empty())
    epochs_.front().start_offset = std::max(epochs_.front().start_offset, start_offset_);
  write_epochs();
  producers_.expire(start_offset_, std::numeric_limits<int64_t>::min());
}

bool PartitionLog::apply_retention(int64_t retention_bytes, int64_t retention_ms, int64_t now_ms) {
  int64_t size = size_bytes();
  int64_t new_start = start_offset_;
  for (const auto& segment : segments_) {
    if (segment->empty()) break;
    bool too_much = retention_bytes >= 0 && size - segment->size_bytes() >= retention_bytes;
    bool too_old = retention_ms >= 0 && segment->max_timestamp_ms() >= 0 &&
                   now_ms - segment->max_timestamp_ms() > retention_ms;
    if (!too_much && !too_old) break;
    size -= segment->size_bytes();
    new_start = segment->next_offset();
  }
  if (new_start == start_offset_) return false;
  if (new_start == end_offset_) roll();
  delete_before(new_start);
  return true;
}

void PartitionLog::truncate(int64_t offset) {
  if (offset >= end_offset_) return;
  while (segments_.size() > 1 && segments_.back()->base_offset() >= offset) {
    segments_.back()->remove_files();
    segments_.pop_back();
  }
  epochs_.clear();
  producers_.clear();
  if (!segments_.empty()) segments_.back()->truncate(offset);
  end_offset_ = segments_.empty() ? start_offset_ : segments_.front()->base_offset();
  for (const auto& segment : segments_) {
    end_offset_ = segment->base_offset();
    segment->replay([this](const BatchView& batch) { note(batch); });
  }
  start_offset_ = std::min(start_offset_, end_offset_);
  write_epochs();
}

void PartitionLog::flush() {
  if (segments_.empty()) return;
  segments_.back()->write_indexes(aborted_in(*segments_.back()));
  segments_.back()->file()->sync();
}

void PartitionLog::destroy() {
  segments_.clear();
  if (!options_.directory.empty()) fs::remove_all(options_.directory);
  options_.directory.clear();
  epochs_.clear();
  producers_.clear();
  end_offset_ = start_offset_ = 0;
}

bool PartitionLog::replace(const std::shared_ptr<Segment>& old, std::shared_ptr<Segment> cleaned) {
  auto at = std::ranges::find(segments_, old);
  if (at == segments_.end()) return false;
  if (cleaned) {
    cleaned->take_place();
    cleaned->write_indexes(aborted_in(*cleaned));
    *at = std::move(cleaned);
  } else {
    old->remove_files();
    segments_.erase(at);
  }
  return true;
}

}  // namespace kt
