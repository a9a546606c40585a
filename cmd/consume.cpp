// Records of topics, printed as they come.
#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <map>

#include "base/interrupt.h"
#include "base/text.h"
#include "cli/context.h"
#include "client/consumer.h"
#include "client/group_consumer.h"
#include "client/positions.h"
#include "connect.h"
#include "output/json.h"
#include "output/stream/record_template.h"
#include "output/stream/record_writer.h"
#include "protocol/errors.h"
#include "record_printer.h"
#include "record_rows.h"
#include "stream_settings.h"
#include "topic_wanted.h"

namespace kt {
namespace {

constexpr Milliseconds kLookForSignals{200};

/// Where reading begins and ends in each partition.
struct Range {
  TopicPartition partition;
  int64_t start = 0;
  int64_t end = INT64_MAX;
};

class Consume : public Invocation {
  std::vector<std::string> topics_;
  Selection partitions_;
  Position start_{Position::Kind::latest, 0};
  std::optional<Position> end_;
  std::optional<Position> given_start_;
  std::optional<int64_t> count_;
  bool exit_ = false, read_committed_ = false, print_offsets_ = false;
  std::optional<int32_t> replica_;
  std::optional<std::string> template_, key_separator_;
  std::string null_text_, instance_;
  std::optional<std::string> group_;
  std::optional<Size> fetch_size_;
  Milliseconds max_wait_{500};

  std::vector<Argument> arguments() override {
    return {
        {"TOPIC...", "", "Topics to read", &topics_, Complete::topics},
        {"--partition", "LIST", "Only these partitions: 0,3-5", &partitions_, Complete::partitions},
        {"--start", "POSITION",
         "Begin here: earliest, latest (the default), 1200, +10, -10, @2026-11-22T10:00:00Z, @-1h",
         &given_start_},
        {"--end", "POSITION", "End before this position", &end_},
        {"--exit", "", "End where the partitions end now", &exit_},
        {"-n,--records", "N", "End after so many records", &count_},
        {"--group", "GROUP", "Read as a member of this group, and commit what was printed", &group_,
         Complete::groups},
        {"--group-instance", "NAME",
         "With --group: a member that keeps its partitions over a restart", &instance_},
        {"--replica", "BROKER", "Read this broker's replicas, whoever leads", &replica_,
         Complete::brokers},
        {"--read-committed", "", "Leave out records of aborted and of open transactions",
         &read_committed_},
        {"-f,--template", "TEXT", "Print each record so: %t %p %o %T %k %v %h %K %V %R %%, \\n \\t",
         &template_},
        {"-K,--key-separator", "TEXT", "Print the key and this in front of each value",
         &key_separator_},
        {"--print-offsets", "", "Print the offset and a tab in front of each line",
         &print_offsets_},
        {"--null", "TEXT", "Print this for a key or value that is null", &null_text_},
        {"--fetch-size", "SIZE",
         "Ask for so many bytes of a partition at once; from 1MiB on what the way allows unless "
         "given",
         &fetch_size_},
        {"--max-wait", "DURATION", "How long a broker waits for new records before it answers",
         &max_wait_},
    };
  }

  Exit run(Context& context) override;

  void check_use(const Context& context) const;
  std::unique_ptr<stream::RecordWriter> make_writer(const Context& context) const;
  ConsumerOptions consumer_options(Context& context) const;
  void check_replica(Cluster& cluster) const;
  std::vector<TopicPartition> choose_partitions(Cluster& cluster) const;
  std::vector<Range> find_ranges(Context& context, Cluster& cluster) const;
  void find_ends(Cluster& cluster, const std::vector<TopicPartition>& partitions,
                 std::vector<Range>& ranges) const;
  void read_partitions(Context& context, Cluster& cluster, const std::vector<Range>& ranges,
                       RecordPrinter& printer) const;
  GroupOptions group_options(Context& context) const;
  void read_as_member(Context& context, Cluster& cluster, const GroupOptions& options,
                      RecordPrinter& printer) const;
};

std::string_view format_of(const Context& context) {
  const auto& output = context.settings.output;
  return output.empty() || output == "table" ? std::string_view("lines") : output;
}

void Consume::check_use(const Context& context) const {
  bool ends = exit_ || end_ || count_;
  if (format_of(context) == "json" && !template_ && !ends)
    throw Error("-o json is one document and needs an end", Exit::usage,
                "give --exit, --end or -n, or take -o jsonl");
  if (group_ && group_->empty())
    throw Error("--group: the name is empty", Exit::usage, "without --group nothing is committed");
  if (group_ && (!partitions_.empty() || end_))
    throw Error(
        "--group shares the partitions itself and reads on: leave --partition and --end out",
        Exit::usage);
  if (group_ && given_start_ && given_start_->kind != Position::Kind::earliest &&
      given_start_->kind != Position::Kind::latest &&
      given_start_->kind != Position::Kind::timestamp)
    throw Error("with --group, --start is for partitions without a committed offset", Exit::usage,
                "earliest, latest or a time");
  if (!group_ && !instance_.empty()) throw Error("--group-instance needs --group", Exit::usage);
  if (group_ && replica_)
    throw Error("--replica reads partitions, not as a member of a group", Exit::usage,
                "leave --group out");
  if (print_offsets_ && (template_ || format_of(context) != "lines"))
    throw Error("--print-offsets is for lines", Exit::usage, "a template has %o; jsonl has all");
  if (exit_ && !given_start_ && !group_)
    throw Error("--exit from the latest offset on reads nothing", Exit::usage,
                "say where to begin: --start earliest, --start -10, --start @-1h");
  if (count_ && *count_ < 0) throw Error("-n must not be negative", Exit::usage);
  if (fetch_size_ && (fetch_size_->bytes < 1 || fetch_size_->bytes > INT32_MAX))
    throw Error("--fetch-size must be from 1 byte to 2 GiB", Exit::usage);
}

std::unique_ptr<stream::RecordWriter> Consume::make_writer(const Context& context) const {
  stream::RecordWriterOptions options;
  options.format = format_of(context);
  options.format_template = template_;
  if (key_separator_)
    options.key_separator = stream::read_escapes(*key_separator_, "the key separator");
  options.offsets = print_offsets_;
  options.null_text = null_text_;
  options.terminal = context.out.is_terminal();
  return stream::make_record_writer(options);
}

ConsumerOptions Consume::consumer_options(Context& context) const {
  ConsumerOptions options;
  options.read_committed = read_committed_;
  options.max_wait = max_wait_;
  options.partition_near_bytes = 4 << 20;  // fewer threads are woken
  if (fetch_size_)
    options.partition_max_bytes = options.partition_near_bytes = options.partition_most_bytes =
        static_cast<int32_t>(fetch_size_->bytes);
  options.replica = replica_.value_or(-1);
  options.warn = [&context](const std::string& sentence) { context.warn(sentence); };
  return options;
}

/// Where brokers before 0.9 tell only of those that hold partitions, one may be hidden.
void Consume::check_replica(Cluster& cluster) const {
  auto metadata = cluster.metadata();
  if (!replica_ || metadata->brokers.contains(*replica_)) return;
  std::vector<std::string> known;
  for (const auto& [id, broker] : metadata->brokers) known.push_back(std::to_string(id));
  throw Error(fmt::format("broker {} is not in the cluster", *replica_), Exit::usage,
              "its brokers are " + join(known, ", "));
}

std::vector<TopicPartition> Consume::choose_partitions(Cluster& cluster) const {
  std::vector<TopicPartition> chosen;
  for (const auto& name : topics_) {
    auto count = static_cast<int32_t>(want_topic(cluster, name).partitions.size());
    for (int32_t number : partitions_.empty() ? std::vector<int32_t>{} : partitions_.numbers())
      if (number >= count)
        throw Error(fmt::format("topic {} has no partition {}: it has {}", in_quotes(name), number,
                                counted(count, "partition")),
                    Exit::usage);
    for (int32_t number = 0; number < count; ++number)
      if (partitions_.contains(number)) chosen.push_back({name, number});
  }
  return chosen;
}

void throw_if_failed(const TopicPartition& partition, int16_t code) {
  if (code == 0) return;
  throw Error(fmt::format("topic {}, partition {}: {}", in_quotes(partition.topic),
                          partition.partition, error_text(code)));
}

std::vector<Range> Consume::find_ranges(Context& context, Cluster& cluster) const {
  auto partitions = choose_partitions(cluster);
  check_replica(cluster);
  auto start = given_start_.value_or(start_);
  std::vector<Range> ranges;
  for (const auto& placed : place_offsets(cluster, partitions, start)) {
    throw_if_failed(placed.at.partition, placed.at.error_code);
    ranges.push_back({placed.at.partition, placed.at.offset});
    if (start.kind == Position::Kind::offset && placed.at.offset != start.value)
      context.warn(fmt::format("topic {}, partition {} holds offsets {} to {}: begins at {}",
                               in_quotes(placed.at.partition.topic), placed.at.partition.partition,
                               placed.earliest, placed.latest, placed.at.offset));
  }
  find_ends(cluster, partitions, ranges);
  return ranges;
}

void Consume::find_ends(Cluster& cluster, const std::vector<TopicPartition>& partitions,
                        std::vector<Range>& ranges) const {
  std::map<TopicPartition, int64_t> ends;
  if (end_ && end_->kind != Position::Kind::offset)
    for (const auto& placed : place_offsets(cluster, partitions, *end_)) {
      throw_if_failed(placed.at.partition, placed.at.error_code);
      ends[placed.at.partition] = placed.at.offset;
    }
  if (end_ && end_->kind == Position::Kind::offset)
    for (const auto& partition : partitions) ends[partition] = end_->value;
  if (exit_) {
    std::vector<OffsetQuery> queries;
    for (const auto& partition : partitions) queries.push_back({partition, kLatest});
    for (const auto& answer : list_offsets(cluster, queries, read_committed_)) {
      throw_if_failed(answer.partition, answer.error_code);
      auto [end, is_new] = ends.emplace(answer.partition, answer.offset);
      if (!is_new) end->second = std::min(end->second, answer.offset);
    }
  }
  for (auto& range : ranges)
    if (auto end = ends.find(range.partition); end != ends.end()) range.end = end->second;
}

std::string facts_of(const FetchedChunk& chunk) {
  return fmt::format(
      "fetched {} bytes of topic {}, partition {} from broker {} at offset {}: goes on at {}, high "
      "watermark {}, last stable offset {}, aborted transactions {}",
      chunk.records.size(), in_quotes(chunk.partition.topic), chunk.partition.partition,
      chunk.broker_id, chunk.from_offset, chunk.next_offset, chunk.high_watermark,
      chunk.last_stable_offset, chunk.aborted.size());
}

/// True where the other end of the pipe is closed: seen without writing.
bool is_reader_gone(const Sink& out) {
  pollfd polled = {out.fd(), 0, 0};
  return poll(&polled, 1, 0) == 1 && (polled.revents & POLLERR) != 0;
}

/// Prints what comes until there is no more, enough was printed, or a signal came.
template <class Source>
void print_all(Context& context, Source& source, RecordPrinter& printer) {
  bool shows_progress = context.err.is_terminal() && !context.out.is_terminal();
  Progress progress(context.err, "consumed", 0, Progress::Unit::bytes,
                    context.settings.quiet || !shows_progress);
  while (!printer.is_done() && !Interrupt::came()) {
    auto chunk = source.next(Deadline(Milliseconds(0)));
    if (!chunk) {
      if (source.finished()) break;
      printer.flush();  // nothing more is here: what is there becomes visible
      if (is_reader_gone(context.out)) throw OutputClosed();
      chunk = source.next(Deadline(kLookForSignals));
      if (!chunk) continue;
    }
    if (context.settings.verbose) context.detail(facts_of(*chunk));
    printer.print(*chunk);
    progress.advance(static_cast<int64_t>(chunk->records.size()));
  }
  printer.flush();
}

void Consume::read_partitions(Context& context, Cluster& cluster, const std::vector<Range>& ranges,
                              RecordPrinter& printer) const {
  Consumer consumer(cluster, consumer_options(context));
  for (const auto& range : ranges)
    if (range.start < range.end) consumer.assign(range.partition, range.start, range.end);
  bool nothing_to_read = std::all_of(ranges.begin(), ranges.end(),
                                     [](const Range& range) { return range.start >= range.end; });
  if (!nothing_to_read) print_all(context, consumer, printer);
}

GroupOptions Consume::group_options(Context& context) const {
  GroupOptions options;
  options.group = *group_;
  options.topics = topics_;
  StreamSettings settings(context);
  options.instance_id =
      !instance_.empty() ? instance_ : settings.text({"group.instance.id"}).value_or("");
  auto set = [&](Milliseconds& target, std::initializer_list<std::string_view> keys) {
    target = settings.duration(keys).value_or(target);
  };
  options.session_timeout = settings.duration({"session.timeout.ms"});
  set(options.heartbeat_interval, {"heartbeat.interval.ms"});
  set(options.rebalance_timeout, {"max.poll.interval.ms"});
  set(options.commit_interval, {"auto.commit.interval.ms"});
  auto protocol = settings.text({"group.protocol"});
  if (protocol == "classic") options.protocol = GroupOptions::Protocol::classic;
  if (protocol == "consumer") options.protocol = GroupOptions::Protocol::consumer;
  options.stop_at_end = exit_;
  auto start = given_start_.value_or(start_);
  if (start.kind == Position::Kind::earliest)
    options.start_time_ms = kEarliest;
  else if (start.kind == Position::Kind::timestamp)
    options.start_time_ms = start.value;
  options.log = [&context](const std::string& sentence) { context.detail(sentence); };
  return options;
}

/// Only what was written out is committed, also where the output fails.
void Consume::read_as_member(Context& context, Cluster& cluster, const GroupOptions& options,
                             RecordPrinter& printer) const {
  for (const auto& topic : topics_) want_topic(cluster, topic);
  GroupConsumer consumer(cluster, options, consumer_options(context));
  printer.on_written = [&consumer](const FetchedChunk& chunk, int64_t next_offset) {
    consumer.done(chunk, next_offset);
  };
  try {
    print_all(context, consumer, printer);
  } catch (...) {
    consumer.close();
    throw;
  }
  consumer.close();
}

/// The error as an element of the document's list, since its beginning is out already.
std::string json_error(const Error& error) {
  std::string text = R"({"code":null,"error":null,"message":)";
  append_json_string(text, error.message());
  return text + '}';
}

Exit Consume::run(Context& context) {
  check_use(context);
  read_committed_ |= StreamSettings(context).text({"isolation.level"}) == "read_committed";
  auto writer = make_writer(context);
  GroupOptions membership;
  if (group_) membership = group_options(context);
  auto cluster = connect(context);
  std::vector<Range> ranges;
  if (!group_) ranges = find_ranges(context, *cluster);
  Interrupt::watch();
  RecordPrinter printer(*writer, context.out, count_.value_or(INT64_MAX));
  printer.begin();
  try {
    if (!group_)
      read_partitions(context, *cluster, ranges, printer);
    else
      read_as_member(context, *cluster, membership, printer);
  } catch (const Error& error) {
    if (format_of(context) != "json" || template_) {
      printer.flush();
      throw;
    }
    printer.end(json_error(error));
    context.err.say("kt: " + error.message() + "\n");
    return error.exit();
  }
  printer.end("");
  return Exit::ok;
}

}  // namespace

extern const Command consume;
const Command consume{
    .words = "consume",
    .summary = "Print records of a topic as they come",
    .text =
        R"(Prints the values of a topic's records, one a line, from the latest offset on, and goes on until Ctrl-C. --start and --end take any position: earliest, latest, an offset, +N after the first or -N before the last offset, a time such as @2026-11-22T10:00:00Z or @-1h (the first record at or after it). --exit ends where the partitions ended when the command began, so that it comes to an end on a busy topic too.

Records of a partition come in their order; those of several partitions as they arrive.

With --group it reads as a member of a consumer group: the group's members share the partitions, reading goes on where the group had come to (--start says where a partition without a committed offset begins, which is committed too), and what was printed is committed, after it was written out. Heartbeats go on while a pager or a slow reader holds the output; partitions that were given to another member meanwhile are not committed. Ctrl-C prints and commits what is done, and leaves the group.

With --replica the records come from the replicas that one broker has, leader or not: what is there differs from the leader's answer only where replication is behind. It works on every release: up to 2.3 such brokers serve a debugging consumer, since 2.4 any consumer. A broker that has no replica of a partition is an error.

Formats (-o):
  lines   the value and a line feed (the default; control characters are escaped on a terminal)
  raw     the values' bytes and nothing else
  framed  a four-byte big-endian length of the key (-1: null), the key, the same of the value
  jsonl   an object a line, with everything a record has; kt produce --format jsonl reads it back
  json    one document of these objects; needs an end
  csv, tsv  topic, partition, offset, timestamp_ms, key, value

Templates (-f), as in kcat:
  %t topic  %p partition  %o offset  %T timestamp in milliseconds  %h headers  %k key  %v value (also %s)
  %K and %V length of key and value, -1 for null (%S as %V)  %R length of the value in four bytes  %% percent
  \n \r \t \0 \\ \e \xHH

With -v each fetch is told on standard error: broker, bytes, high watermark, last stable offset, aborted transactions. A reader that goes away (kt consume orders | head) ends it quietly.)",
    .examples =
        {{"kt consume orders", "what comes from now on"},
         {"kt consume orders --start earliest --exit -o jsonl", "everything that is there"},
         {"kt consume orders --partition 0,2 --start -5 --exit -f '%p %o %k: %v\\n'",
          "the last five of two partitions"},
         {"kt consume orders --group audit --start earliest -o jsonl >> audit.jsonl",
          "everything once, over restarts too"},
         {"kt consume orders --partition 0 --replica 2 --start earliest --exit --print-offsets",
          "what broker 2 has of a partition"},
         {"kt consume orders --start @-1h -n 100 --key-separator '\\t'",
          "a hundred records of the last hour"}},
    .rows = record_rows("the topic"),
    .formats = {"lines", "raw", "framed"},
    .streams = true,
    .make = make<Consume>,
};

}  // namespace kt
