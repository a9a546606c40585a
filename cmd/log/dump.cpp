// Files of log directories, printed: records and batches of segments, entries of what lies beside.
#include <algorithm>

#include "base/cores.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "cli/context.h"
#include "log/dump_run.h"
#include "log/stats.h"
#include "output/stream/record_template.h"
#include "record_rows.h"

namespace kt {
namespace {

class Dump : public Invocation {
  std::vector<std::string> paths_;
  bool batches_ = false, sizes_ = false, details_ = false, stats_ = false;
  bool all_files_ = false, follow_ = false, regex_ = false, skip_crc_ = false;
  std::optional<Position> start_, end_;
  std::string control_ = "without", decoder_ = "auto";
  std::optional<std::string> key_, template_, key_separator_;
  std::optional<int64_t> producer_id_, first_, last_;
  std::string null_text_;
  Size decompress_limit_{int64_t{256} << 20};
  int32_t threads_ = 0;

  std::vector<Argument> arguments() override {
    return {
        {"PATH...", "", "Files, partition directories, or log directories", &paths_,
         Complete::files},
        {"--batches", "", "Print batches instead of records: their headers, checksums checked",
         &batches_},
        {"--sizes", "", "Print sizes instead of keys and values", &sizes_},
        {"--details", "", "Print with each record what its batch says: position, producer, codec",
         &details_},
        {"--stats", "", "Print a summary of each partition instead", &stats_},
        {"--all-files", "", "Of directories, print indexes, checkpoints and snapshots as well",
         &all_files_},
        {"--start", "POSITION", "From this offset or time on: 1200, @2026-11-22T10:00:00Z, @-1h",
         &start_},
        {"--end", "POSITION", "Before this offset or time", &end_},
        {"--key", "TEXT", "Only records with this key", &key_},
        {"--regex", "", "--key is a regular expression for the whole key", &regex_},
        {"--producer-id", "N", "Only what this producer sent", &producer_id_},
        {"--control",
         "WHICH",
         "Control records (markers of transactions, KRaft's own)",
         &control_,
         Complete::none,
         {"without", "with", "only"}},
        {"--first", "N", "The first N of each partition", &first_},
        {"--last", "N", "The last N of each partition", &last_},
        {"--follow", "", "Go on with what is appended, until Ctrl-C", &follow_},
        {"--decoder",
         "TOPIC",
         "Read records as those of an internal topic; auto: by the directory's name",
         &decoder_,
         Complete::none,
         {"auto", "none", "__consumer_offsets", "__transaction_state", "__share_group_state",
          "__cluster_metadata", "__remote_log_metadata"}},
        {"--skip-crc", "", "Check no checksums: print what damaged batches hold", &skip_crc_},
        {"--decompress-limit", "SIZE", "Refuse batches that decompress to more",
         &decompress_limit_},
        {"--threads", "N", "How many threads; as many as there are cores unless given", &threads_},
        {"-f,--template", "TEXT", "Print each record so: %t %p %o %T %k %v %h %K %V %R %%, \\n \\t",
         &template_},
        {"-K,--key-separator", "TEXT",
         "With -o lines: print the key and this in front of each value", &key_separator_},
        {"--null", "TEXT", "Print this for a key or value that is null", &null_text_},
    };
  }

  Exit run(Context& context) override {
    auto options = make_options(context);
    auto files = choose_files(options);
    check_use(options, files);
    int threads = threads_ > 0 ? threads_ : usable_cores();
    Interrupt::watch();
    if (stats_) return print_stats(context, options, files, threads);
    DumpRun run(context, options, std::move(files), threads);
    run.print(first_, last_);
    if (follow_) run.follow();
    return run.finish();
  }

  DumpOptions make_options(const Context& context) const;
  std::vector<LogFile> choose_files(const DumpOptions& options) const;
  void check_use(const DumpOptions& options, const std::vector<LogFile>& files) const;
};

/// `--start` and `--end` are offsets or times.
void place(const std::optional<Position>& position, std::string_view flag, int64_t& offset,
           int64_t& time_ms) {
  if (!position) return;
  if (position->kind == Position::Kind::offset)
    offset = position->value;
  else if (position->kind == Position::Kind::timestamp)
    time_ms = position->value;
  else if (position->kind != Position::Kind::earliest || flag != "--start")
    throw Error(std::string(flag) + " takes an offset or a time here", Exit::usage,
                "--first and --last count records");
}

DumpOptions Dump::make_options(const Context& context) const {
  DumpOptions options;
  if (batches_ + sizes_ + stats_ > 1)
    throw Error("--batches, --sizes and --stats exclude each other", Exit::usage);
  options.shape = batches_ ? DumpShape::batches : sizes_ ? DumpShape::sizes : DumpShape::records;
  place(start_, "--start", options.filter.start_offset, options.filter.start_ms);
  place(end_, "--end", options.filter.end_offset, options.filter.end_ms);
  options.filter.producer_id = producer_id_;
  options.filter.key = key_;
  options.filter.key_is_pattern = regex_;
  options.filter.control = control_ == "with"   ? ControlRecords::with
                           : control_ == "only" ? ControlRecords::only
                                                : ControlRecords::without;
  options.check_crc = !skip_crc_;
  options.details = details_;
  if (decoder_ != "auto") options.decoder = internal_topic(decoder_);
  options.limit_bytes = static_cast<size_t>(std::max<int64_t>(0, decompress_limit_.bytes));
  if (!context.settings.output.empty()) options.format = context.settings.output;
  options.record_format.format = options.format;
  options.record_format.format_template = template_;
  if (key_separator_)
    options.record_format.key_separator =
        stream::read_escapes(*key_separator_, "the key separator");
  options.record_format.null_text = null_text_;
  options.record_format.terminal = context.out.is_terminal();
  options.utc = context.settings.utc;
  return options;
}

/// Without segments that the offsets asked for cannot be in, and of directories without what is
/// no segment.
std::vector<LogFile> Dump::choose_files(const DumpOptions& options) const {
  std::vector<LogFile> chosen;
  for (const auto& path : paths_) {
    auto files = list_log_files(path);
    bool is_directory = files.size() != 1 || files[0].path != path;
    auto is_log = [](const LogFile& file) {
      return file.kind == FileKind::segment && !file.snapshot;
    };
    if (is_directory && !all_files_ && std::ranges::any_of(files, is_log))
      std::erase_if(files, [&](const LogFile& file) { return !is_log(file); });
    for (size_t i = 0; i < files.size(); ++i) {
      bool followed = i + 1 < files.size() && is_log(files[i]) && is_log(files[i + 1]) &&
                      files[i + 1].topic == files[i].topic &&
                      files[i + 1].partition == files[i].partition;
      if (followed && files[i + 1].base_offset <= options.filter.start_offset) continue;
      if (is_log(files[i]) && files[i].base_offset >= options.filter.end_offset) continue;
      chosen.push_back(files[i]);
    }
  }
  return chosen;
}

void Dump::check_use(const DumpOptions& options, const std::vector<LogFile>& files) const {
  if (options.shape != DumpShape::records && !row_format(options))
    throw Error("templates, lines, raw and framed print whole records", Exit::usage,
                "leave --batches and --sizes out");
  if (batches_ && key_) throw Error("batches have no key", Exit::usage, "leave --batches out");
  if (regex_ && !key_) throw Error("--regex is for --key", Exit::usage);
  if (first_ && last_) throw Error("--first and --last exclude each other", Exit::usage);
  if (first_.value_or(0) < 0 || last_.value_or(0) < 0)
    throw Error("--first and --last must not be negative", Exit::usage);
  if (follow_ && (first_ || options.format == "json"))
    throw Error("--follow has no end: leave --first out, take -o jsonl instead of json",
                Exit::usage);
  auto format = row_format(options);
  bool one_heading = format == Format::csv || format == Format::tsv;
  for (const auto& file : files) {
    if (file.kind == FileKind::segment) continue;
    if (!format)
      throw Error(in_quotes(file.path) + " holds no records", Exit::usage,
                  "-o table, json, jsonl, csv or tsv prints it");
    if (one_heading && file.kind != files[0].kind)
      throw Error("csv and tsv have one heading: " + in_quotes(files[0].path) + " and " +
                      in_quotes(file.path) + " are of different kinds",
                  Exit::usage);
  }
}

}  // namespace

extern const Command log_dump;
const Command log_dump{
    .words = "log dump",
    .summary = "Print files of a log directory",
    .text =
        R"(Prints the records of segments (.log) in every message format and codec from 0.8.0 to 4.3, without a broker: on a directory that a broker is writing to, and without write rights. --batches prints the headers of batches alone, with their checksums checked; --stats sums up.

A PATH is a file, the directory of a partition, or a log directory; of directories the segments are printed. Index files, producer snapshots, checkpoints, meta.properties, partition.metadata and quorum-state are printed where they are named themselves, or with --all-files. A file whose name is no number is read as well.

With -o json, jsonl, csv, tsv, lines, raw, framed or -f, records are printed as kt consume prints them, and kt produce --format jsonl reads them back; they are named there. Control records are left out unless --control asks for them. In JSON they have the member "control"; records of __consumer_offsets, __transaction_state, __share_group_state, __cluster_metadata and __remote_log_metadata have the member "decoded", which the table shows instead of key and value.

Damage is told on standard error, with file and byte position; the rest is printed, and the exit code is 3. Output keeps the order of the files whatever the number of threads.)",
    .examples =
        {{"kt log dump orders-0", "all records of a partition"},
         {"kt log dump orders-0/*.log --batches", "batches of its segments"},
         {"kt log dump orders-0 --last 5 -o jsonl", "its last five records"},
         {"kt log dump orders-0 --start 3 --end 10 -o jsonl | kt produce orders --format jsonl",
          "some of them, written once more"},
         {"kt log dump orders-0 --stats", "what there is, in short"}},
    .rows = record_rows("the topic, by the directory's name"),
    .exits = {{Exit::failed, "a file cannot be read"}, {Exit::check, "a file is damaged"}},
    .formats = {"lines", "raw", "framed"},
    .connects = false,
    .streams = true,
    .make = make<Dump>,
};

}  // namespace kt
