#include "storage/log_files.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <tuple>

#include "base/error.h"
#include "base/text.h"
#include "storage/checkpoints.h"

namespace kt {
namespace fs = std::filesystem;
namespace {

constexpr std::pair<std::string_view, FileKind> kSuffixes[] = {
    {".log", FileKind::segment},
    {".checkpoint", FileKind::segment},
    {".index", FileKind::offset_index},
    {".timeindex", FileKind::time_index},
    {".txnindex", FileKind::transaction_index},
    {".snapshot", FileKind::producer_snapshot},
    {".leader_epoch_checkpoint", FileKind::leader_epochs},
};

constexpr std::pair<std::string_view, FileKind> kNames[] = {
    {"leader-epoch-checkpoint", FileKind::leader_epochs},
    {"recovery-point-offset-checkpoint", FileKind::offset_checkpoint},
    {"replication-offset-checkpoint", FileKind::offset_checkpoint},
    {"log-start-offset-checkpoint", FileKind::offset_checkpoint},
    {"cleaner-offset-checkpoint", FileKind::offset_checkpoint},
    {"partition.metadata", FileKind::partition_metadata},
    {"meta.properties", FileKind::directory_properties},
    {"quorum-state", FileKind::quorum_state},
};

/// Work that was not finished, or that waits for its deletion.
bool is_unfinished(std::string_view name) {
  return name.ends_with(".deleted") || name.ends_with(".cleaned") || name.ends_with(".swap") ||
         name.ends_with(".tmp");
}

void place_in_partition(LogFile& file, const fs::path& directory) {
  auto parsed = parse_partition_directory(directory.filename().string());
  if (!parsed) return;
  file.topic = parsed->topic;
  file.partition = parsed->partition;
}

std::optional<LogFile> known_file(const fs::path& path, const fs::path& directory) {
  auto name = parse_file_name(path.filename().string());
  if (!name) return std::nullopt;
  LogFile file;
  file.path = path.string();
  file.kind = name->kind;
  file.base_offset = name->base_offset;
  file.snapshot = name->snapshot;
  place_in_partition(file, directory);
  return file;
}

/// The files of one directory, without those of the directories in it.
void add_directory(const fs::path& directory, std::vector<LogFile>& files) {
  auto absolute = fs::absolute(directory).lexically_normal();
  if (!absolute.has_filename()) absolute = absolute.parent_path();
  std::vector<LogFile> found;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (is_unfinished(entry.path().filename().string()) || entry.is_directory()) continue;
    if (auto file = known_file(entry.path(), absolute)) found.push_back(std::move(*file));
  }
  // Segments first, snapshots of the metadata before its log.
  std::ranges::sort(found, {}, [](const LogFile& file) {
    return std::make_tuple(file.kind, !file.snapshot, file.base_offset,
                           std::string_view(file.path));
  });
  LogFile* last = nullptr;
  for (auto& file : found)
    if (file.kind == FileKind::segment && !file.snapshot) last = &file;
  if (last) last->active = true;
  files.insert(files.end(), std::make_move_iterator(found.begin()),
               std::make_move_iterator(found.end()));
}

}  // namespace

std::optional<FileName> parse_file_name(std::string_view name) {
  while (is_unfinished(name)) name.remove_suffix(name.size() - name.rfind('.'));
  for (const auto& [known, kind] : kNames)
    if (name == known) return FileName{kind};
  for (const auto& [suffix, kind] : kSuffixes) {
    if (!name.ends_with(suffix)) continue;
    FileName parsed{kind, 0, suffix == ".checkpoint"};
    auto stem = name.substr(0, name.size() - suffix.size());
    int64_t number = 0;
    auto [end, error] = std::from_chars(stem.data(), stem.data() + stem.size(), number);
    // Behind the number: nothing, or `-EPOCH` of a snapshot, `-ID` or `_ID` of tiered storage.
    bool whole = end == stem.data() + stem.size() || *end == '-' || *end == '_';
    if (error == std::errc() && number >= 0 && whole) parsed.base_offset = number;
    return parsed;
  }
  return std::nullopt;
}

std::string_view kind_name(FileKind kind) {
  constexpr std::string_view kKinds[] = {
      "segment",           "offset index",  "time index",        "transaction index",
      "producer snapshot", "leader epochs", "offset checkpoint", "partition metadata",
      "meta.properties",   "quorum state"};
  return kKinds[static_cast<size_t>(kind)];
}

std::vector<LogFile> list_log_files(const std::string& path) try {
  std::vector<LogFile> files;
  if (!fs::exists(path)) throw Error("there is no " + in_quotes(path), Exit::usage);
  if (!fs::is_directory(path)) {
    auto file = known_file(path, fs::absolute(path).lexically_normal().parent_path());
    if (!file)
      throw Error(in_quotes(path) + " is no file of a log directory", Exit::usage,
                  "known are .log, .index, .timeindex, .txnindex, .snapshot and the checkpoints");
    files.push_back(std::move(*file));
    return files;
  }
  add_directory(path, files);
  std::vector<std::pair<PartitionDirectory, fs::path>> partitions;
  for (const auto& entry : fs::directory_iterator(path)) {
    if (!entry.is_directory()) continue;
    auto parsed = parse_partition_directory(entry.path().filename().string());
    if (parsed && parsed->state == PartitionDirectory::State::normal)
      partitions.emplace_back(*parsed, entry.path());
  }
  std::ranges::sort(partitions, {}, [](const auto& one) {
    return std::make_tuple(std::string_view(one.first.topic), one.first.partition);
  });
  for (const auto& [parsed, directory] : partitions) add_directory(directory, files);
  if (files.empty()) throw Error(in_quotes(path) + " holds no files of a log", Exit::usage);
  return files;
} catch (const fs::filesystem_error& error) {
  throw Error("cannot look at " + in_quotes(path) + ": " + error.code().message(), Exit::usage);
}

}  // namespace kt
