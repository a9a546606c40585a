#include "legacy/log.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/text.h"
#include "storage/checkpoints.h"

namespace kt::legacy {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".kafka";
constexpr int64_t kMaxPosition = int64_t{1} << 46;  // what the target's producer ids can say

std::vector<FileLog::Segment> segments_in(const fs::path& directory) {
  std::vector<FileLog::Segment> segments;
  for (const auto& entry : fs::directory_iterator(directory)) {
    auto name = entry.path().filename().string();
    auto parsed = parse_segment_name(name);
    if (!parsed || parsed->second != kSuffix || !entry.is_regular_file()) continue;
    if (parsed->first > kMaxPosition)
      throw Error(in_quotes(entry.path().string()) + " begins beyond what kt can number",
                  Exit::usage);
    segments.push_back(
        {parsed->first, static_cast<int64_t>(entry.file_size()), entry.path().string()});
  }
  std::sort(segments.begin(), segments.end(),
            [](const auto& left, const auto& right) { return left.start < right.start; });
  return segments;
}

void add_partition(const fs::path& directory, int32_t broker, std::vector<PartitionFiles>& found) {
  auto named = parse_partition_directory(directory.filename().string());
  if (!named || named->state != PartitionDirectory::State::normal) return;
  auto segments = segments_in(directory);
  if (segments.empty()) return;
  for (size_t i = 0; i + 1 < segments.size(); ++i)
    if (segments[i].size_bytes > segments[i + 1].start - segments[i].start)
      throw Error(fmt::format("{} reaches into the segment behind it", in_quotes(segments[i].path)),
                  Exit::usage, "are files of two partitions mixed here?");
  found.push_back({{named->topic, broker, named->partition}, std::move(segments)});
}

}  // namespace

std::vector<PartitionFiles> find_files(const std::string& path, int32_t broker) try {
  auto directory = fs::absolute(path).lexically_normal();
  if (!directory.has_filename()) directory = directory.parent_path();
  if (!fs::is_directory(directory)) throw Error(in_quotes(path) + " is no directory", Exit::usage);
  std::vector<PartitionFiles> found;
  add_partition(directory, broker, found);
  if (found.empty())
    for (const auto& entry : fs::directory_iterator(directory))
      if (entry.is_directory()) add_partition(entry.path(), broker, found);
  if (found.empty())
    throw Error(in_quotes(path) + " has no .kafka files of Kafka 0.7", Exit::usage,
                "a log directory of it holds TOPIC-PARTITION/00000000000000000000.kafka");
  std::sort(found.begin(), found.end(),
            [](const auto& left, const auto& right) { return left.id < right.id; });
  return found;
} catch (const fs::filesystem_error& error) {
  throw Error(in_quotes(path) + " cannot be read: " + error.code().message(), Exit::usage);
}

// ---- Files

FileLog::FileLog(std::vector<Segment> segments) : segments_(std::move(segments)) {}

int64_t FileLog::start() const { return segments_.front().start; }
int64_t FileLog::end() const { return segments_.back().start + segments_.back().size_bytes; }

/// The last segment that begins at or before the position.
const FileLog::Segment* FileLog::segment_at(int64_t position) const {
  auto behind = std::upper_bound(
      segments_.begin(), segments_.end(), position,
      [](int64_t wanted, const Segment& segment) { return wanted < segment.start; });
  return &*(behind == segments_.begin() ? behind : behind - 1);
}

bool FileLog::is_missing(int64_t position) const {
  const auto* segment = segment_at(position);
  return position >= segment->start + segment->size_bytes;
}

int64_t FileLog::segment_end(int64_t position) const {
  const auto* segment = segment_at(position);
  auto end = segment->start + segment->size_bytes;
  if (position < end || segment == &segments_.back()) return end;
  return (segment + 1)->start;
}

void FileLog::read(int64_t position, size_t most_bytes, std::string& out) {
  const auto* segment = segment_at(position);
  if (segment != open_segment_) {
    file_ = SharedFile::for_reading(segment->path);
    open_segment_ = segment;
  }
  auto left = segment->start + segment->size_bytes - position;
  auto wanted = std::min(most_bytes, static_cast<size_t>(std::max<int64_t>(left, 0)));
  size_t before = out.size();
  out.resize(before + wanted);
  size_t got = file_->read_at(position - segment->start, out.data() + before, wanted);
  out.resize(before + got);
  if (got == 0)
    throw Error(fmt::format("{} ends at byte {}, which it did not before", in_quotes(segment->path),
                            position - segment->start));
}

// ---- Entries

LogReader::LogReader(Log& log, int64_t position, size_t read_bytes, Limits limits)
    : log_(log), position_(position), read_bytes_(read_bytes), entries_(limits) {}

std::optional<LogReader::Entry> LogReader::next() {
  if (position_ >= log_.end()) return std::nullopt;
  auto segment_end = log_.segment_end(position_);
  if (log_.is_missing(position_)) {
    Entry hole{position_, segment_end, "segments are missing here"};
    position_ = segment_end;
    buffer_.clear();
    used_ = 0;
    return hole;
  }
  for (;;) {
    std::string_view bytes = std::string_view(buffer_).substr(used_);
    auto in_segment = static_cast<size_t>(segment_end - position_);
    auto front = entries_.front(bytes, bytes.size() >= in_segment);
    if (front.kind == Front::Kind::more) {
      buffer_.erase(0, used_);
      used_ = 0;
      auto have = buffer_.size();
      auto wanted = std::max(front.size_bytes, have + read_bytes_) - have;
      log_.read(position_ + static_cast<int64_t>(have), std::min(wanted, in_segment - have),
                buffer_);
      continue;
    }
    Entry entry{position_, position_ + static_cast<int64_t>(front.size_bytes), {}, {}, nullptr};
    if (front.kind == Front::Kind::damage) {
      entry.damage = std::move(front.reason);
      entry.bytes = bytes.substr(0, front.size_bytes);
    } else {
      entry.messages = &entries_.messages();
    }
    used_ += front.size_bytes;
    position_ = entry.next_position;
    return entry;
  }
}

}  // namespace kt::legacy
