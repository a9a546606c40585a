// State-change logs of several brokers as one, by time.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/interrupt.h"
#include "base/text.h"
#include "cli/context.h"
#include "statelog/line.h"
#include "statelog/merge.h"

namespace kt {
namespace {

constexpr rlim_t kFilesBeside = 64;  // descriptors for all else

/// `/var/log/kafka/state-change.log` is also meant by `state-change.log`.
bool is_file_named(std::string_view path, std::string_view name) {
  return path == name || path.substr(path.rfind('/') + 1) == name;
}

/// Rotated logs of many brokers are many files, all open at once.
void allow_open_files(size_t count) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= count + kFilesBeside) return;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, count + kFilesBeside);
  setrlimit(RLIMIT_NOFILE, &limit);
}

class MergeStateChanges : public Invocation {
  std::vector<std::string> paths_, topics_, zones_;
  Selection partitions_;
  std::optional<Position> start_, end_;
  int64_t window_ = 1'000;

  std::vector<Argument> arguments() override {
    return {
        {"FILE...", "", "State-change logs, plain or gzip", &paths_, Complete::files},
        {"--topic", "NAME", "Only lines about this topic", &topics_, Complete::topics},
        {"--partition", "LIST", "Only lines about these partitions: 0,3-5", &partitions_,
         Complete::partitions},
        {"--start", "POSITION", "Only lines from this time on: @2026-11-22T10:00:00Z, @-1h",
         &start_},
        {"--end", "POSITION", "Only lines before this time", &end_},
        {"--log-zone", "[FILE=]ZONE",
         "Zone of the times in FILE, or in all files: UTC, +01:00, Europe/Berlin; this machine's "
         "unless given",
         &zones_},
        {"--reorder-window", "LINES",
         "How many lines of a file may stand before one that is earlier", &window_},
    };
  }

  static int64_t time_of(const std::optional<Position>& position, int64_t otherwise) {
    if (!position) return otherwise;
    if (position->kind == Position::Kind::earliest) return INT64_MIN;
    if (position->kind == Position::Kind::latest) return INT64_MAX;
    if (position->kind != Position::Kind::timestamp)
      throw Error("--start and --end are times here", Exit::usage,
                  "such as @2026-11-22T10:00:00Z or @-1h");
    return position->value;
  }

  /// The zone of a file: the one given for it, else the one for all.
  TimeZone zone_of(const std::string& path) const {
    TimeZone zone;
    for (bool for_all : {true, false})
      for (const auto& text : zones_) {
        size_t equals = text.find('=');
        if (for_all != (equals == std::string::npos)) continue;
        if (for_all)
          zone = TimeZone(text);
        else if (is_file_named(path, std::string_view(text).substr(0, equals)))
          zone = TimeZone(std::string_view(text).substr(equals + 1));
      }
    return zone;
  }

  void check_zones() const {
    for (const auto& text : zones_) {
      size_t equals = text.find('=');
      if (equals == std::string::npos) continue;
      auto name = std::string_view(text).substr(0, equals);
      if (std::none_of(paths_.begin(), paths_.end(),
                       [&](const auto& path) { return is_file_named(path, name); }))
        throw Error("--log-zone " + text + ": no file " + in_quotes(name) + " is given",
                    Exit::usage);
    }
  }

  bool is_wanted(const statelog::Change& change) const {
    if (topics_.empty() && partitions_.empty()) return true;
    return std::any_of(change.partitions.begin(), change.partitions.end(), [&](const auto& named) {
      bool topic = topics_.empty() ||
                   std::find(topics_.begin(), topics_.end(), named.topic) != topics_.end();
      return topic && partitions_.contains(named.partition);
    });
  }

  /// The partition shown: the first one asked for, else the first.
  const statelog::PartitionName* shown(const statelog::Change& change) const {
    for (const auto& named : change.partitions) {
      statelog::Change alone;
      alone.partitions = {named};
      if (is_wanted(alone)) return &named;
    }
    return nullptr;
  }

  void print(Context& context, const statelog::LogFile& file, const statelog::Entry& entry,
             const statelog::DatedLine& dated, const statelog::Change& change);
  void tell_counts(Context& context, const statelog::Merger& merger) const;
  Exit run(Context& context) override;

  bool as_lines_ = false;
};

Value or_null(std::string_view text) { return text.empty() ? Value() : Value::borrowed(text); }

void MergeStateChanges::print(Context& context, const statelog::LogFile& file,
                              const statelog::Entry& entry, const statelog::DatedLine& dated,
                              const statelog::Change& change) {
  for (size_t i = 0; i < entry.lines.size(); ++i) {
    const auto& line = entry.lines[i];
    if (as_lines_) {
      context.out.write(line.text);
      context.out.write("\n");
    } else if (entry.dated != i) {
      Row row(context.command.rows.columns.size());
      row[1] = Value::borrowed(file.path());
      row[2] = line.number;
      row.back() = Value::borrowed(line.text);
      context.report().row(std::move(row));
    } else {
      const auto* named = shown(change);
      context.report().row({entry.timestamp_ms, Value::borrowed(file.path()), line.number,
                            or_null(dated.level), or_null(change.source), change.source_id,
                            change.controller_epoch, named ? or_null(named->topic) : Value(),
                            named ? Value(named->partition) : Value(), change.replica,
                            or_null(change.from_state), or_null(change.to_state), change.leader,
                            change.leader_epoch, change.isr, Value::borrowed(dated.message)});
    }
  }
}

void MergeStateChanges::tell_counts(Context& context, const statelog::Merger& merger) const {
  int64_t undated = 0, late = 0;
  for (const auto& file : merger.files()) {
    auto file_late = static_cast<int64_t>(file->late_count());
    undated += static_cast<int64_t>(file->undated_count());
    late += file_late;
    if (file_late > 0)
      context.warn(fmt::format(
          "{}: lines that came later than the window of {} reaches, left where they stood: {}",
          file->path(), counted(window_, "line"), file_late));
    if (!file->failure().empty())
      context.report().error({{{"file", file->path()}}, 0, "", file->failure()});
  }
  if (undated > 0)
    context.note(fmt::format("lines without a time, kept with their neighbours: {}", undated));
  context.report().set("undated_lines", undated);
  context.report().set("late_lines", late);
}

Exit MergeStateChanges::run(Context& context) {
  if (window_ < 0 || window_ > 10'000'000)
    throw Error("--reorder-window must be from 0 to 10000000 lines", Exit::usage);
  int64_t start_ms = time_of(start_, INT64_MIN), end_ms = time_of(end_, INT64_MAX);
  as_lines_ = context.settings.output == "lines";
  check_zones();
  allow_open_files(paths_.size());
  std::vector<std::unique_ptr<statelog::LogFile>> files;
  for (const auto& path : paths_)
    files.push_back(
        std::make_unique<statelog::LogFile>(path, zone_of(path), static_cast<size_t>(window_) + 1));
  statelog::Merger merger(std::move(files));
  std::map<const statelog::LogFile*, bool> last_was_wanted;
  bool takes_all =
      topics_.empty() && partitions_.empty() && start_ms == INT64_MIN && end_ms == INT64_MAX;
  Interrupt::watch();
  while (auto found = merger.next()) {
    if (Interrupt::came()) return Exit::ok;
    auto& wanted = last_was_wanted.try_emplace(found->file, takes_all).first->second;
    const auto& entry = found->entry;
    std::optional<statelog::DatedLine> dated;
    statelog::Change change;
    if (entry.dated) {
      dated = statelog::parse_line(entry.lines[*entry.dated].text);
      change = statelog::parse_message(dated->message);
      wanted = entry.timestamp_ms >= start_ms && entry.timestamp_ms < end_ms && is_wanted(change);
    }
    if (wanted) print(context, *found->file, entry, dated.value_or(statelog::DatedLine{}), change);
  }
  tell_counts(context, merger);
  return Exit::ok;
}

}  // namespace

extern const Command log_merge_state_changes;
const Command log_merge_state_changes{
    .words = "log merge-state-changes",
    .summary = "Merge the state-change logs of several brokers by time",
    .text =
        R"(Reads state-change logs (state-change.log, or any log in the layout that Kafka ships) of any number of brokers, of all releases from 0.8.0 to 4.x, and prints their lines as one, by time. Files that gzip compressed are read as they are; - is standard input. Memory stays small whatever the files hold.

What a line says about a partition is taken apart, in the words of every release: who wrote it, the topic and partition, replica, states, leader, its epoch, and the ISR. --topic and --partition choose by these, also where a line names several partitions. -o lines prints the lines as they stand.

Times in such logs have no zone: they are read as this machine's unless --log-zone says otherwise, for all files or for one (FILE is a path as given, or its last part). Brokers write lines a little out of order; --reorder-window puts them right, and a line that comes later still is told on standard error and stands where it was met. Lines of equal time come in the order of the files.

A line without a time, such as those of a stack trace, stays behind the line it follows and shares its fate.)",
    .examples = {{"kt log merge-state-changes broker-*/state-change.log", "everything, by time"},
                 {"kt log merge-state-changes broker-*/state-change.log* --topic orders "
                  "--partition 0 -o lines",
                  "what became of one partition"},
                 {"kt log merge-state-changes b1.log b2.log --log-zone b2.log=+01:00 --start "
                  "@2026-11-22T10:00:00Z",
                  "brokers whose clocks are in different zones"},
                 {"kt log merge-state-changes broker-*/state-change.log -o jsonl",
                  "the parts of every line, for a program"}},
    .rows = {"state_changes",
             {{"timestamp_ms", "TIME", Kind::timestamp_ms, "when; null where the line has no time"},
              {"file", "FILE", Kind::text, "the file, as given"},
              {"line", "", Kind::integer, "number of the line in its file"},
              {"level", "", Kind::text, "TRACE to FATAL; null in another layout"},
              {"source", "", Kind::text, "who wrote it: controller, broker, or null"},
              {"source_id", "", Kind::integer, "its broker id"},
              {"controller_epoch", "", Kind::integer,
               "epoch of the controller that wrote or asked"},
              {"topic", "TOPIC", Kind::text, "the topic that the line is about"},
              {"partition", "PARTITION", Kind::integer, "its partition"},
              {"replica", "", Kind::integer, "the broker whose replica changed"},
              {"from_state", "", Kind::text, "state before, such as OnlinePartition"},
              {"to_state", "", Kind::text, "state after"},
              {"leader", "", Kind::integer, "the leader; -1 or -2 where the line says none"},
              {"leader_epoch", "", Kind::integer, "the leader's epoch"},
              {"isr", "", Kind::integers, "the replicas in sync"},
              {"message", "MESSAGE", Kind::text, "the message; all of a line that has no time"}},
             {{"undated_lines", "", Kind::integer, "lines without a time"},
              {"late_lines", "", Kind::integer, "lines that came later than the window reaches"}}},
    .exits = {{Exit::failed, "a file could not be read to its end; the rest was merged"}},
    .formats = {"lines"},
    .connects = false,
    .streams = true,
    .make = make<MergeStateChanges>,
};

}  // namespace kt
