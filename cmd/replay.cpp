// Records of a topic, or of segment files, written again.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <map>
#include <mutex>
#include <thread>

#include "base/interrupt.h"
#include "base/text.h"
#include "cli/context.h"
#include "client/offsets.h"
#include "client/positions.h"
#include "client/producer.h"
#include "connect.h"
#include "protocol/errors.h"
#include "replay/replayer.h"
#include "storage/checkpoints.h"
#include "storage/file.h"
#include "topic_wanted.h"

namespace kt {
namespace {

using replay::Range;

constexpr std::string_view kKeep = "keep";
constexpr Milliseconds kLookAround{20};

/// What all threads of a replay share.
struct Shared {
  std::mutex mutex;
  std::map<TopicPartition, replay::Reached> reached;
  std::map<TopicPartition, int32_t> passes;
  std::vector<replay::Refusal> refusals;
  std::exception_ptr failure;
  std::atomic<bool> stopping = false;
  std::atomic<int64_t> bytes = 0;
  std::atomic<size_t> running = 0;
};

class Replay : public Invocation {
  std::string source_topic_;
  std::optional<std::string> target_topic_;
  std::string from_, to_, state_file_;
  Selection partitions_;
  Position start_{Position::Kind::earliest, 0};
  std::optional<Position> end_;
  std::string partitioner_{kKeep}, acks_ = "all", codec_ = "none";
  std::optional<double> speed_, rate_;
  std::optional<Size> bytes_rate_;
  int32_t repeat_ = 1, threads_ = 1;
  bool follow_ = false, read_committed_ = false, create_ = false;

  std::vector<Argument> arguments() override {
    return {
        {"SOURCE", "", "Topic to read", &source_topic_, Complete::topics},
        {"[TARGET]", "", "Topic to write to; of the same name unless given", &target_topic_,
         Complete::topics},
        {"--from", "CLUSTER|PATH",
         "A bootstrap list, a context, or a log directory, partition directory or segment file; "
         "the cluster of the other flags unless given",
         &from_},
        {"--to", "CLUSTER",
         "A bootstrap list or a context; the cluster of the other flags unless given", &to_},
        {"--partition", "LIST", "Only these partitions: 0,3-5", &partitions_, Complete::partitions},
        {"--start", "POSITION", "Begin here: earliest, 1200, +10, -10, @2026-11-22T10:00:00Z, @-1h",
         &start_},
        {"--end", "POSITION", "End before this position; where the partitions end now unless given",
         &end_},
        {"--follow", "", "Go on with what comes", &follow_},
        {"--read-committed", "", "Leave out records of aborted and of open transactions",
         &read_committed_},
        {"--partitioner", "NAME", "Who chooses the partition; keep: its number stays",
         &partitioner_, Complete::none, partitioner_names()},
        {"--speed", "N", "N times as fast as the records once came; 1: as they came", &speed_},
        {"--rate", "N", "At most so many records a second", &rate_},
        {"--bytes-rate", "SIZE", "At most so many bytes of keys and values a second", &bytes_rate_},
        {"--repeat", "N", "Replay the range so many times", &repeat_},
        {"--threads", "N", "Share the partitions among so many threads", &threads_},
        {"--state", "FILE", "Keep here how far it got, and go on from there", &state_file_,
         Complete::files},
        {"--acks",
         "WHO",
         "Who must have a record before it counts as written",
         &acks_,
         Complete::none,
         {"all", "1"}},
        {"--compression",
         "CODEC",
         "Compress batches",
         &codec_,
         Complete::none,
         {"none", "gzip", "snappy", "lz4", "zstd"}},
        {"--create", "",
         "Create the target, with the source's number of partitions, where it is absent", &create_},
    };
  }

  static std::vector<std::string_view> partitioner_names() {
    std::vector<std::string_view> names = {kKeep};
    names.insert(names.end(), std::begin(kPartitioningNames), std::end(kPartitioningNames));
    return names;
  }

  const std::string& target() const { return target_topic_ ? *target_topic_ : source_topic_; }
  bool has_files() const { return !files_.empty(); }

  void check_use() const;
  bool is_path(const std::string& text) const;
  void open_source(Context& context);
  int32_t source_partitions() const;
  void open_target(Context& context);
  std::vector<Range> cluster_ranges() const;
  std::vector<Range> file_ranges() const;
  void resume(std::vector<Range>& ranges) const;
  ProducerOptions producer_options(const Context& context) const;
  std::unique_ptr<replay::Source> make_source(Context& context,
                                              const std::vector<Range>& ranges) const;
  void work(Context& context, const std::vector<Range>& ranges);
  void note(const std::vector<replay::Reached>& reached);
  void start_threads(Context& context, const std::vector<Range>& ranges);
  Exit report(Context& context, const std::vector<Range>& ranges);
  Exit run(Context& context) override;

  std::vector<replay::PartitionFiles> files_;
  std::unique_ptr<Cluster> source_, target_;
  int32_t target_partitions_ = INT32_MAX;  ///< as many as are needed where it is only to be created
  std::unique_ptr<replay::Throttle> throttle_;
  Shared shared_;
};

void Replay::check_use() const {
  if (follow_ && (end_ || repeat_ != 1))
    throw Error("--follow has no end: leave --end and --repeat out", Exit::usage);
  if (source_topic_.find('/') != std::string::npos)
    throw Error(in_quotes(source_topic_) + " is no name of a topic", Exit::usage,
                "--from PATH reads files: kt replay TOPIC --from PATH");
  if (repeat_ < 1) throw Error("--repeat must be at least 1", Exit::usage);
  if (threads_ < 1 || threads_ > 256) throw Error("--threads must be from 1 to 256", Exit::usage);
  if (speed_ && !(*speed_ > 0)) throw Error("--speed must be above 0", Exit::usage);
  if (rate_ && !(*rate_ > 0)) throw Error("--rate must be above 0", Exit::usage);
  if (bytes_rate_ && bytes_rate_->bytes < 1)
    throw Error("--bytes-rate must be above 0", Exit::usage);
  if (!state_file_.empty() && repeat_ != 1)
    throw Error("--state tells how far one pass got: leave --repeat out", Exit::usage);
}

/// Data without a broker: what is there as a file, or cannot be anything else.
bool Replay::is_path(const std::string& text) const {
  std::error_code failure;
  return text.find('/') != std::string::npos || std::filesystem::exists(text, failure);
}

void Replay::open_source(Context& context) {
  if (!from_.empty() && is_path(from_)) {
    if (follow_ || read_committed_)
      throw Error("segment files are read as they stand: leave --follow and --read-committed out",
                  Exit::usage);
    if (!std::filesystem::exists(from_))
      throw Error(in_quotes(from_) + " is not there", Exit::usage);
    files_ = replay::find_files(from_, source_topic_);
    return;
  }
  source_ = connect_to(context, from_);
  want_topic(*source_, source_topic_);
}

int32_t Replay::source_partitions() const {
  if (has_files()) return files_.back().partition.partition + 1;
  auto metadata = source_->metadata_for({source_topic_});
  return static_cast<int32_t>(metadata->topic(source_topic_)->partitions.size());
}

void Replay::open_target(Context& context) {
  target_ = connect_to(context, to_);
  if (source_ && source_topic_ == target()) {
    auto here = source_->metadata(), there = target_->metadata();
    bool same = here->cluster_id.empty() ? from_ == to_ : here->cluster_id == there->cluster_id;
    if (same)
      throw Error("topic " + in_quotes(source_topic_) + " would be replayed into itself",
                  Exit::usage, "name another topic, or another cluster with --to");
  }
  if (create_ && context.settings.dry_run) return;
  auto topic = want_topic(*target_, target(), create_ ? source_partitions() : kNeverCreate);
  target_partitions_ = static_cast<int32_t>(topic.partitions.size());
}

void throw_if_failed(const OffsetAnswer& answer) {
  if (answer.error_code == 0) return;
  throw Error(fmt::format("topic {}, partition {}: {}", in_quotes(answer.partition.topic),
                          answer.partition.partition, error_text(answer.error_code)));
}

std::vector<Range> Replay::cluster_ranges() const {
  auto count = source_partitions();
  std::vector<TopicPartition> partitions;
  for (int32_t number = 0; number < count; ++number)
    if (partitions_.contains(number)) partitions.push_back({source_topic_, number});
  std::vector<Range> ranges;
  for (const auto& placed : place_offsets(*source_, partitions, start_)) {
    throw_if_failed(placed.at);
    ranges.push_back({placed.at.partition, placed.at.offset, INT64_MAX});
  }
  if (follow_) return ranges;
  auto latest = list_offsets(*source_, at_time(partitions, kLatest), read_committed_);
  for (size_t i = 0; i < ranges.size(); ++i) {
    throw_if_failed(latest[i]);
    ranges[i].end = latest[i].offset;
  }
  if (!end_) return ranges;
  auto ends = place_offsets(*source_, partitions, *end_);
  for (size_t i = 0; i < ranges.size(); ++i) {
    throw_if_failed(ends[i].at);
    ranges[i].end = std::min(ranges[i].end, ends[i].at.offset);
  }
  return ranges;
}

std::vector<Range> Replay::file_ranges() const {
  std::vector<Range> ranges;
  for (const auto& files : files_) {
    if (!partitions_.contains(files.partition.partition)) continue;
    auto end = end_.value_or(Position{Position::Kind::latest, 0});
    ranges.push_back({files.partition, offset_in(files, start_), offset_in(files, end)});
  }
  return ranges;
}

/// What the state file names begins where it says.
void Replay::resume(std::vector<Range>& ranges) const {
  if (state_file_.empty() || !std::filesystem::exists(state_file_)) return;
  try {
    for (const auto& saved : read_offset_checkpoint(read_file(state_file_)))
      for (auto& range : ranges)
        if (range.partition == TopicPartition{saved.topic, saved.partition})
          range.start = std::max(range.start, saved.offset);
  } catch (const DecodeError& error) {
    throw Error(in_quotes(state_file_) + " is no state of a replay: " + error.message(),
                Exit::usage);
  }
}

ProducerOptions Replay::producer_options(const Context& context) const {
  ProducerOptions options;
  options.acks = acks_ == "1" ? 1 : -1;
  options.compression.codec = *codec_named(codec_);
  options.delivery_timeout = context.settings.timeout;
  return options;
}

std::unique_ptr<replay::Source> Replay::make_source(Context& context,
                                                    const std::vector<Range>& ranges) const {
  if (has_files()) return std::make_unique<replay::FileSource>(files_, ranges);
  ConsumerOptions options;
  options.read_committed = read_committed_;
  options.warn = [&context](const std::string& sentence) { context.warn(sentence); };
  return std::make_unique<replay::ClusterSource>(*source_, options, ranges);
}

/// After a checkpoint: everything below each position is acknowledged.
void Replay::note(const std::vector<replay::Reached>& reached) {
  std::lock_guard lock(shared_.mutex);
  for (const auto& one : reached) {
    auto& known = shared_.reached[one.range.partition];
    known.next = one.next;
    known.range = one.range;
  }
  if (state_file_.empty()) return;
  std::vector<PartitionOffset> offsets;
  for (const auto& [id, known] : shared_.reached)
    offsets.push_back({id.topic, id.partition, known.next});
  write_file(state_file_, write_offset_checkpoint(offsets));
}

/// One thread: its partitions, as often as wanted.
void Replay::work(Context& context, const std::vector<Range>& ranges) try {
  auto options = producer_options(context);
  Producer producer(*target_, options);
  replay::ReplayOptions replay_options;
  replay_options.topic = producer.add_topic(target());
  if (partitioner_ != kKeep) replay_options.partitioning = partitioning_named(partitioner_);
  replay_options.speed = speed_.value_or(0);
  replay_options.batch_bytes = options.batch_bytes;
  replay_options.linger = options.linger;
  for (int32_t pass = 1; pass <= repeat_ && !shared_.stopping && !Interrupt::came(); ++pass) {
    auto source = make_source(context, ranges);
    replay::Replayer replayer(*source, producer, *throttle_, ranges, replay_options);
    replayer.stops = [this] { return shared_.stopping || Interrupt::came(); };
    replayer.on_bytes = [this](size_t bytes) { shared_.bytes += static_cast<int64_t>(bytes); };
    std::map<TopicPartition, int64_t> counted;
    replayer.on_checkpoint = [&](const std::vector<replay::Reached>& reached) {
      note(reached);
      std::lock_guard lock(shared_.mutex);
      for (const auto& one : reached) {
        auto& before = counted[one.range.partition];
        shared_.reached[one.range.partition].records += one.records - before;
        shared_.passes[one.range.partition] = pass;
        before = one.records;
      }
    };
    replayer.run();
    if (replayer.refusals().empty()) continue;
    std::lock_guard lock(shared_.mutex);
    shared_.refusals.insert(shared_.refusals.end(), replayer.refusals().begin(),
                            replayer.refusals().end());
    shared_.stopping = true;
  }
} catch (...) {
  std::lock_guard lock(shared_.mutex);
  if (!shared_.failure) shared_.failure = std::current_exception();
  shared_.stopping = true;
}

void Replay::start_threads(Context& context, const std::vector<Range>& ranges) {
  std::vector<std::thread> threads;
  auto count = std::min<size_t>(static_cast<size_t>(threads_), ranges.size());
  shared_.running = count;
  for (size_t thread = 0; thread < count; ++thread) {
    std::vector<Range> mine;
    for (size_t i = thread; i < ranges.size(); i += count) mine.push_back(ranges[i]);
    threads.emplace_back([this, &context, mine = std::move(mine)] {
      work(context, mine);
      --shared_.running;
    });
  }
  {
    Progress progress(context.err, "replayed", 0, Progress::Unit::bytes, context.settings.quiet);
    int64_t shown = 0;
    while (shared_.running > 0) {
      Clock::system().sleep(kLookAround);
      int64_t now = shared_.bytes;
      progress.advance(now - shown);
      shown = now;
    }
  }
  for (auto& thread : threads) thread.join();
}

Exit Replay::report(Context& context, const std::vector<Range>& ranges) {
  int64_t records = 0;
  bool is_whole = true;
  for (const auto& range : ranges) {
    replay::Reached reached{range, range.start, 0};
    if (auto known = shared_.reached.find(range.partition); known != shared_.reached.end())
      reached = known->second;
    int32_t pass = shared_.passes.contains(range.partition) ? shared_.passes[range.partition] : 0;
    Value end;
    if (range.end != INT64_MAX) end = range.end;
    context.report().row({range.partition.topic, range.partition.partition, range.start, end,
                          reached.next, pass, reached.records});
    records += reached.records;
    is_whole &= reached.next >= range.end && pass == repeat_;
  }
  Exit exit = Exit::ok;
  for (const auto& refusal : shared_.refusals) {
    std::string code = refusal.code == 0 ? "" : std::string(error_name(refusal.code));
    context.report().error(
        {{{"topic", refusal.partition.topic}, {"partition", refusal.partition.partition}},
         refusal.code,
         code,
         fmt::format("offsets {} to {} were not acknowledged: {}", refusal.first_offset,
                     refusal.last_offset, refusal.message)});
    exit = refusal.exit;
  }
  if (!is_whole && (Interrupt::came() || shared_.stopping))
    context.err.say(fmt::format(
        "kt: stopped: {} acknowledged; every record before NEXT is, go on there{}\n",
        counted(records, "record"), state_file_.empty() ? "" : " with --state " + state_file_));
  if (shared_.failure) std::rethrow_exception(shared_.failure);
  return exit;
}

Exit Replay::run(Context& context) {
  check_use();
  open_source(context);
  open_target(context);
  auto ranges = has_files() ? file_ranges() : cluster_ranges();
  resume(ranges);
  for (const auto& range : ranges)
    if (partitioner_ == kKeep && range.partition.partition >= target_partitions_)
      throw Error(fmt::format("topic {} has no partition {}: it has {}", in_quotes(target()),
                              range.partition.partition, counted(target_partitions_, "partition")),
                  Exit::usage, "--partitioner java spreads records by their keys");
  if (ranges.empty()) throw Error("no partition was chosen", Exit::usage);
  throttle_ = std::make_unique<replay::Throttle>(
      rate_.value_or(0), bytes_rate_ ? static_cast<double>(bytes_rate_->bytes) : 0.0);
  if (context.settings.dry_run)
    context.note("nothing was written");
  else {
    Interrupt::watch();
    start_threads(context, ranges);
  }
  return report(context, ranges);
}

}  // namespace

extern const Command replay_command;
const Command replay_command{
    .words = "replay",
    .summary = "Write the records of a topic, or of segment files, again",
    .text =
        R"(Reads SOURCE, from a cluster or from segment files without any broker, and writes its records to TARGET, on the same cluster or another: keys, headers, timestamps and, unless --partitioner says otherwise, the number of the partition stay. It ends where the partitions ended when it began; --follow goes on.

--from PATH reads files: a log directory (the partitions of SOURCE in it), a partition directory or one segment. They may be of any release, and are only read.

Records leave as fast as they are taken, or at most at --rate and --bytes-rate, or with --speed in the rhythm of their timestamps, over all partitions of a thread. With --repeat the range is replayed again and again.

Every few seconds, and at the end, all records under way are waited for. What is printed then is exact: of each partition, every record before NEXT was acknowledged, and so many RECORDS were. The same holds after Ctrl-C. With --state it is kept in a file, from which the same command goes on. A record that is refused ends the replay: it is named, and NEXT stands before it; records behind it may have been written.)",
    .examples = {{"kt replay orders copy", "everything that is there, into another topic"},
                 {"kt replay orders --to 127.0.0.1:9093 --create --state orders.state",
                  "to another cluster, so that it can go on when it was stopped"},
                 {"kt replay orders copy --start @-1h --speed 10",
                  "the last hour, ten times as fast as it came"},
                 {"kt replay orders restored --from /var/lib/kafka/orders-0 --partitioner java",
                  "what segment files hold, spread by key"}},
    .rows = {"partitions",
             {{"topic", "TOPIC", Kind::text, "the topic that was read"},
              {"partition", "PARTITION", Kind::integer, "its partition"},
              {"start_offset", "START", Kind::integer, "where the replay began"},
              {"end_offset", "END", Kind::integer, "where it was to end; null with --follow"},
              {"next_offset", "NEXT", Kind::integer,
               "every record before it, from the start on, was acknowledged in this pass"},
              {"pass", "PASS", Kind::integer, "the pass of --repeat that this was; 0: none yet"},
              {"records", "RECORDS", Kind::integer, "records acknowledged, in all passes"}}},
    .exits = {{Exit::failed, "a record was refused; the rows say how far each partition got"},
              {Exit::unreachable, "no acknowledgement in time, or no broker was reached"}},
    .changes = true,
    .make = make<Replay>,
};

}  // namespace kt
