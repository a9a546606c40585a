#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "protocol/records/record_reader.h"
#include "replay/source.h"
#include "storage/checkpoints.h"
#include "storage/file_batches.h"
#include "storage/header_scanner.h"

namespace kt::replay {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void throw_damaged(const std::string& path, const DecodeError& error) {
  throw Error(in_quotes(path) + " is damaged: " + error.message(), Exit::failed,
              "kt replay --end leaves out what is behind");
}

PartitionFiles::Segment segment_at(const fs::path& path) {
  auto name = path.filename().string();
  auto parsed = parse_segment_name(name);
  if (!parsed || parsed->second != ".log")
    throw Error(in_quotes(path.string()) + " is no segment file: its name is not OFFSET.log",
                Exit::usage);
  return {parsed->first, path.string()};
}

PartitionFiles partition_at(const fs::path& directory, TopicPartition partition) {
  PartitionFiles files{std::move(partition), {}};
  for (const auto& entry : fs::directory_iterator(directory)) {
    auto name = entry.path().filename().string();
    if (auto parsed = parse_segment_name(name); parsed && parsed->second == ".log")
      files.segments.push_back({parsed->first, entry.path().string()});
  }
  std::sort(files.segments.begin(), files.segments.end(),
            [](const auto& a, const auto& b) { return a.base_offset < b.base_offset; });
  return files;
}

/// The partition of a directory named `T-P`, where it is of the topic.
std::optional<TopicPartition> partition_named(const fs::path& directory, const std::string& topic) {
  auto name = fs::weakly_canonical(directory).filename().string();
  auto parsed = parse_partition_directory(name);
  if (!parsed || parsed->topic != topic) return std::nullopt;
  if (parsed->state != PartitionDirectory::State::normal) return std::nullopt;
  return TopicPartition{topic, parsed->partition};
}

/// The offset after the last whole batch.
int64_t end_of(const PartitionFiles::Segment& segment) try {
  auto file = SharedFile::for_reading(segment.path);
  HeaderScanner scanner(*file, 0, file->size());
  int64_t end = segment.base_offset;
  while (auto place = scanner.next()) end = place->last_offset + 1;
  return end;
} catch (const DecodeError& error) {
  throw_damaged(segment.path, error);
}

/// The first record of a time or later; nothing where the segment has none.
std::optional<int64_t> find_time(const PartitionFiles::Segment& segment, int64_t timestamp_ms) try {
  auto file = SharedFile::for_reading(segment.path);
  FileBatches batches(*file, 0, file->size());
  while (auto batch = batches.next()) {
    if (!batch->is_wrapper() && batch->max_timestamp_ms() < timestamp_ms) continue;
    RecordReader reader(batch->bytes());
    while (const auto* record = reader.next())
      if (record->timestamp_ms >= timestamp_ms) return record->offset;
  }
  return std::nullopt;
} catch (const DecodeError& error) {
  throw_damaged(segment.path, error);
}

}  // namespace

std::vector<PartitionFiles> find_files(const std::string& path, const std::string& topic) {
  std::error_code failure;
  if (!fs::is_directory(path, failure)) {
    auto segment = segment_at(path);
    auto partition = partition_named(fs::absolute(path).parent_path(), topic);
    return {{partition.value_or(TopicPartition{topic, 0}), {segment}}};
  }
  if (auto partition = partition_named(path, topic)) return {partition_at(path, *partition)};
  std::vector<PartitionFiles> found;
  for (const auto& entry : fs::directory_iterator(path))
    if (auto partition = partition_named(entry.path(), topic); partition && entry.is_directory())
      found.push_back(partition_at(entry.path(), *partition));
  std::erase_if(found, [](const auto& files) { return files.segments.empty(); });
  if (found.empty())
    throw Error(in_quotes(path) + " has no segments of topic " + in_quotes(topic), Exit::usage);
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.partition < b.partition; });
  return found;
}

std::pair<int64_t, int64_t> ends_of(const PartitionFiles& files) {
  if (files.segments.empty()) return {0, 0};
  return {files.segments.front().base_offset, end_of(files.segments.back())};
}

int64_t offset_in(const PartitionFiles& files, const Position& position) {
  auto [first, end] = ends_of(files);
  auto within = [first = first, end = end](int64_t offset) {
    return std::clamp(offset, first, std::max(first, end));
  };
  switch (position.kind) {
    case Position::Kind::earliest:
      return first;
    case Position::Kind::latest:
      return end;
    case Position::Kind::offset:
      return within(position.value);
    case Position::Kind::after_earliest:
      return within(first + position.value);
    case Position::Kind::before_latest:
      return within(end - position.value);
    case Position::Kind::timestamp:
      break;
  }
  for (const auto& segment : files.segments)
    if (auto offset = find_time(segment, position.value)) return *offset;
  return end;
}

/// How far one partition's files are read.
struct FileSource::Reading {
  const PartitionFiles* files;
  Range range;
  int64_t position = 0;
  size_t segment = 0;
  bool paused = false, ended = false;
  std::shared_ptr<SharedFile> file = {};
  std::optional<FileBatches> batches = {};

  const std::string& path() const { return files->segments[segment].path; }

  bool open_next() {
    if (file) ++segment;
    batches.reset();
    // Segments that end below the position are not opened.
    while (segment + 1 < files->segments.size() &&
           files->segments[segment + 1].base_offset <= position)
      ++segment;
    if (segment >= files->segments.size()) return false;
    file = SharedFile::for_reading(path());
    batches.emplace(*file, 0, file->size());
    return true;
  }

  /// The next batch that has something of the range; nothing at the end.
  std::optional<BatchView> next() try {
    while (position < range.end) {
      if (!batches && !open_next()) break;
      auto batch = batches->next();
      if (!batch)
        batches.reset();
      else if (batch->last_offset() >= position)
        return batch;
    }
    ended = true;
    return std::nullopt;
  } catch (const DecodeError& error) {
    throw_damaged(path(), error);
  }
};

FileSource::FileSource(const std::vector<PartitionFiles>& files, const std::vector<Range>& ranges) {
  for (const auto& range : ranges)
    for (const auto& of_partition : files)
      if (of_partition.partition == range.partition)
        readings_.push_back(std::make_unique<Reading>(Reading{&of_partition, range, range.start}));
}

FileSource::~FileSource() = default;

std::optional<FetchedChunk> FileSource::next(Deadline) {
  for (size_t tried = 0; tried < readings_.size(); ++tried) {
    auto& reading = *readings_[turn_++ % readings_.size()];
    if (reading.paused || reading.ended) continue;
    auto batch = reading.next();
    if (!batch) continue;
    FetchedChunk chunk;
    chunk.partition = reading.range.partition;
    chunk.records = batch->bytes();
    chunk.from_offset = reading.position;
    chunk.end_offset = reading.range.end;
    chunk.next_offset = batch->next_offset();
    reading.position = chunk.next_offset;
    return chunk;
  }
  return std::nullopt;
}

void FileSource::pause(const TopicPartition& partition, bool paused) {
  for (auto& reading : readings_)
    if (reading->range.partition == partition) reading->paused = paused;
}

bool FileSource::finished() const {
  return std::all_of(readings_.begin(), readings_.end(),
                     [](const auto& reading) { return reading->ended; });
}

}  // namespace kt::replay
