// Records from a file or a pipe into a topic.
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>

#include "base/interrupt.h"
#include "base/text.h"
#include "cli/context.h"
#include "client/partitioner.h"
#include "client/producer.h"
#include "connect.h"
#include "output/stream/record_reader.h"
#include "output/stream/record_template.h"
#include "protocol/errors.h"
#include "stream_settings.h"
#include "topic_wanted.h"

namespace kt {
namespace {

/// Thrown out of a read that a signal ended: a line read half is no record.
struct Interrupted {};

std::optional<std::pair<std::string, std::string>> split_header(std::string_view text) {
  size_t at = text.find('=');
  if (at == std::string_view::npos || at == 0) return std::nullopt;
  return std::pair(std::string(text.substr(0, at)), std::string(text.substr(at + 1)));
}

/// `3,17-20`: the numbers of records, merged and in order.
std::string numbers_text(std::vector<NumberRun> runs) {
  constexpr size_t kMostShown = 1'000;
  std::sort(runs.begin(), runs.end(),
            [](const NumberRun& a, const NumberRun& b) { return a.first < b.first; });
  std::vector<NumberRun> merged;
  for (const auto& run : runs) {
    if (!merged.empty() && merged.back().first + merged.back().count == run.first)
      merged.back().count += run.count;
    else
      merged.push_back(run);
  }
  std::string text;
  for (size_t i = 0; i < merged.size(); ++i) {
    if (i == kMostShown) return text + ",...";
    if (i > 0) text += ',';
    text += std::to_string(merged[i].first);
    if (merged[i].count > 1) text += '-' + std::to_string(merged[i].first + merged[i].count - 1);
  }
  return text;
}

/// True for errors that the next record may well escape.
bool is_about_the_record(int16_t code) {
  return code == ErrorCode::message_too_large || code == ErrorCode::invalid_record ||
         code == ErrorCode::corrupt_message || code == ErrorCode::invalid_timestamp ||
         code == ErrorCode::record_list_too_large;
}

class Produce : public Invocation {
  std::string topic_;
  std::string file_ = "-";
  std::string format_ = "lines";
  std::optional<std::string> key_separator_, key_, null_text_;
  std::vector<std::string> headers_;
  std::optional<int32_t> partition_;
  std::optional<std::string> acks_, codec_;
  std::string partitioner_ = "java";
  std::optional<int32_t> level_, in_flight_;
  std::optional<Size> batch_size_;
  std::optional<Milliseconds> linger_;
  bool sync_ = false, no_idempotence_ = false, create_ = false;

  std::vector<Argument> arguments() override {
    return {
        {"TOPIC", "", "Topic to write to", &topic_, Complete::topics},
        {"--file", "FILE", "Read this instead of standard input", &file_, Complete::files},
        {"--format",
         "FORMAT",
         "How records lie in the input",
         &format_,
         Complete::none,
         {"lines", "jsonl", "framed"}},
        {"-K,--key-separator", "TEXT", "Lines are a key, this, and a value; \\t is a tab",
         &key_separator_},
        {"--key", "TEXT", "The key of every record that brings none", &key_},
        {"--null", "TEXT", "A key or value of a line that equals this is null", &null_text_},
        {"-H,--header", "NAME=VALUE", "A header for every record", &headers_},
        {"--partition", "N", "Write to this partition; records that name their own keep it",
         &partition_, Complete::partitions},
        {"--partitioner",
         "NAME",
         "Who chooses the partition",
         &partitioner_,
         Complete::none,
         {std::begin(kPartitioningNames), std::end(kPartitioningNames)}},
        {"--acks",
         "WHO",
         "Who must have a record before it counts as written; all unless given",
         &acks_,
         Complete::none,
         {"all", "1", "0"}},
        {"--compression",
         "CODEC",
         "Compress batches; none unless given",
         &codec_,
         Complete::none,
         {"none", "gzip", "snappy", "lz4", "zstd"}},
        {"--compression-level", "N", "How hard; the codec's own default unless given", &level_},
        {"--batch-size", "SIZE",
         "Send a batch before it has more bytes than this; 1MB unless given", &batch_size_},
        {"--linger", "DURATION", "Send a batch at this age at the latest; 5ms unless given",
         &linger_},
        {"--in-flight", "N", "Requests on the way to a broker at once; 5 unless given",
         &in_flight_},
        {"--sync", "", "Wait for each record's acknowledgement before the next", &sync_},
        {"--no-idempotence", "", "Let a retry after a lost connection write twice",
         &no_idempotence_},
        {"--create", "", "Create the topic, with the broker's defaults, where it is absent",
         &create_},
    };
  }

  Exit run(Context& context) override;

  std::string_view noun() const { return format_ == "framed" ? "record" : "line"; }
  ProducerOptions producer_options(const Context& context) const;
  void open_input();
  size_t read_input(char* out, size_t size);
  void append(const stream::InputRecord& input);
  void check(const stream::InputRecord& input);
  void read_all(Context& context);
  void collect_failures();
  Exit report(Context& context);

  int fd_ = STDIN_FILENO;
  std::string input_name_ = "standard input";
  bool never_waits_ = false;          ///< a file, whose bytes are there
  std::unique_ptr<Cluster> cluster_;  // outlives the producer
  std::optional<Producer> producer_;
  std::optional<Partitioner> chooser_;
  std::vector<std::pair<std::string, std::string>> fixed_headers_;
  std::vector<RecordHeader> record_headers_;
  std::vector<DeliveryFailure> failures_;
  std::optional<Progress> progress_;
  int64_t linger_ms_ = 0, now_ms_ = 0;
  int64_t seen_ = 0;
  bool dry_run_ = false, ends_early_ = false;
};

/// Flags, then client properties, then defaults.
ProducerOptions Produce::producer_options(const Context& context) const {
  StreamSettings settings(context);
  ProducerOptions options;
  auto acks = acks_ ? *acks_ : settings.text({"acks", "request.required.acks"}).value_or("all");
  if (acks != "all" && acks != "-1" && acks != "1" && acks != "0")
    throw Error("acks=" + acks + ": all, 1 or 0 is needed", Exit::usage);
  options.acks = acks == "1" ? 1 : acks == "0" ? 0 : -1;
  auto codec =
      codec_ ? *codec_ : settings.text({"compression.type", "compression.codec"}).value_or("none");
  auto known = codec_named(codec);
  if (!known) throw Error("compression.type=" + codec + ": no such codec", Exit::usage);
  options.compression.codec = *known;
  options.compression.level = level_;
  int64_t batch_bytes =
      batch_size_ ? batch_size_->bytes : settings.number({"batch.size"}, 1).value_or(1'000'000);
  if (batch_bytes < 1 || batch_bytes > INT32_MAX)
    throw Error("--batch-size must be from 1 byte to 2 GiB", Exit::usage);
  int in_flight =
      in_flight_ ? *in_flight_
                 : settings.number({"max.in.flight.requests.per.connection", "max.in.flight"}, 1)
                       .value_or(5);
  if (in_flight < 1) throw Error("--in-flight must be at least 1", Exit::usage);
  options.batch_bytes = sync_ ? 1 : static_cast<size_t>(batch_bytes);
  options.linger =
      linger_ ? *linger_
              : settings.duration({"linger.ms", "queue.buffering.max.ms"}).value_or(options.linger);
  options.max_in_flight = sync_ ? 1 : in_flight;
  options.idempotent =
      !no_idempotence_ && in_flight <= 5 && settings.boolean({"enable.idempotence"}).value_or(true);
  options.delivery_timeout = settings.duration({"delivery.timeout.ms", "message.timeout.ms"})
                                 .value_or(context.settings.timeout);
  return options;
}

void Produce::open_input() {
  if (file_ != "-") {
    input_name_ = file_;
    fd_ = ::open(file_.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd_ < 0)
      throw Error("cannot read " + in_quotes(file_) + ": " + std::strerror(errno), Exit::usage);
  }
  struct stat status {};
  never_waits_ = ::fstat(fd_, &status) == 0 && S_ISREG(status.st_mode);
}

/// While input is awaited, batches leave when their time has come.
size_t Produce::read_input(char* out, size_t size) {
  pollfd polled[2] = {{fd_, POLLIN, 0}, {Interrupt::descriptor(), POLLIN, 0}};
  for (;;) {
    bool waiting = !dry_run_ && producer_->has_open();
    if (waiting) producer_->tick();
    int ready = never_waits_ ? 1 : poll(polled, 2, waiting ? static_cast<int>(linger_ms_) : -1);
    if (Interrupt::came()) throw Interrupted();
    if (ready == 0) producer_->send_open();
    if (ready <= 0) continue;
    ssize_t count = ::read(fd_, out, size);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count < 0) throw Error("cannot read " + input_name_ + ": " + std::strerror(errno));
    now_ms_ = Clock::system().wall_ms();
    if (progress_) progress_->advance(count);
    return static_cast<size_t>(count);
  }
}

/// What a record asks for and the cluster or the topic cannot give.
void Produce::check(const stream::InputRecord& input) {
  auto place = [&] { return fmt::format("{}, {} {}", input_name_, noun(), input.number); };
  if (input.partition && *input.partition >= producer_->partition_count(0))
    throw Error(fmt::format("{}: topic {} has no partition {}", place(), in_quotes(topic_),
                            *input.partition),
                Exit::usage);
  if (!record_headers_.empty() && !producer_->has_headers())
    throw Error(place() + ": these brokers do not keep headers", Exit::failed,
                "that needs Kafka 0.11");
}

void Produce::append(const stream::InputRecord& input) {
  record_headers_.clear();
  for (const auto& header : input.headers) record_headers_.push_back({header.key, header.value});
  for (const auto& [name, value] : fixed_headers_) record_headers_.push_back({name, value});
  if (input.partition || !record_headers_.empty()) check(input);
  RecordView record;
  record.key = input.key;
  if (!record.key && key_) record.key = *key_;
  record.value = input.value;
  record.timestamp_ms = input.timestamp_ms.value_or(now_ms_);
  int32_t partition = 0;
  if (input.partition)
    partition = *input.partition;
  else if (partition_)
    partition = *partition_;
  else
    partition = chooser_->choose(record.key, record.value ? record.value->size() : 0);
  if (dry_run_) return;
  producer_->append(0, partition, record, record_headers_, input.number);
  if (sync_) producer_->flush();
}

void Produce::read_all(Context& context) {
  stream::RecordReaderOptions options;
  options.format = format_;
  options.name = input_name_;
  options.null_text = null_text_;
  options.key_separator = key_separator_;
  auto reader = stream::make_record_reader(
      [this](char* out, size_t size) { return read_input(out, size); }, options);
  stream::InputRecord record;
  try {
    while (reader->next(record)) {
      append(record);
      ++seen_;
      if ((seen_ & 0x3ff) != 0 && !sync_) continue;
      collect_failures();
      if (ends_early_) {
        context.note(fmt::format("kt: stopped after {} {}", noun(), seen_));
        return;
      }
    }
  } catch (const Interrupted&) {
    context.note("interrupted; what was read is being written");
  } catch (const Error& error) {
    if (!dry_run_) producer_->flush();
    int64_t written = dry_run_ ? 0 : producer_->acknowledged();
    if (written == 0) throw;
    throw Error(
        error.message() + fmt::format("; the {} before it {} written", counted(written, "record"),
                                      written == 1 ? "was" : "were"),
        Exit::failed, error.hint());
  }
}

void Produce::collect_failures() {
  if (dry_run_ || producer_->failed() == 0) return;
  for (auto& failure : producer_->take_failures()) {
    ends_early_ |= !is_about_the_record(failure.code);
    failures_.push_back(std::move(failure));
  }
}

Exit Produce::report(Context& context) {
  Exit exit = Exit::ok;
  struct Merged {
    int16_t code = 0;
    std::vector<NumberRun> numbers;
  };
  std::map<std::pair<int32_t, std::string>, Merged> merged;
  for (auto& failure : failures_) {
    auto& [code, numbers] = merged[{failure.partition, failure.message}];
    code = failure.code;
    numbers.insert(numbers.end(), failure.numbers.begin(), failure.numbers.end());
    if (exit != Exit::unreachable) exit = failure.exit;
  }
  std::string_view numbers_key = format_ == "framed" ? "records" : "lines";
  for (auto& [place, failed] : merged) {
    ItemError error;
    error.item = {
        {"topic", topic_}, {"partition", place.first}, {numbers_key, numbers_text(failed.numbers)}};
    error.code = failed.code;
    if (failed.code != 0) error.error = error_name(failed.code);
    error.message = place.second;
    context.report().error(std::move(error));
  }
  if (context.settings.format != Format::table) {
    auto& rows = context.report();
    for (const auto& delivery : producer_->deliveries())
      if (delivery.records > 0)
        rows.row({delivery.topic, delivery.partition, delivery.records,
                  delivery.first_offset < 0 ? Value() : Value(delivery.first_offset),
                  delivery.last_offset < 0 ? Value() : Value(delivery.last_offset)});
  }
  return exit;
}

Exit Produce::run(Context& context) {
  auto options = producer_options(context);
  linger_ms_ = options.linger.count();
  for (const auto& text : headers_) {
    auto header = split_header(text);
    if (!header) throw Error("--header " + in_quotes(text) + ": write NAME=VALUE", Exit::usage);
    fixed_headers_.push_back(std::move(*header));
  }
  if (key_separator_) key_separator_ = stream::read_escapes(*key_separator_, "the key separator");
  if (key_separator_ && key_separator_->empty())
    throw Error("the key separator is empty: every key would be", Exit::usage);
  dry_run_ = context.settings.dry_run;
  open_input();
  cluster_ = connect(context);
  want_topic(*cluster_, topic_, create_ && !dry_run_ ? kBrokersDefault : kNeverCreate);
  // What can be under way at once, and a few batches more: memory used again stays in a cache.
  options.buffer_bytes =
      std::clamp(cluster_->metadata()->brokers.size() *
                     static_cast<size_t>(options.max_in_flight + 3) * options.batch_bytes,
                 size_t{8} << 20, options.buffer_bytes);
  producer_.emplace(*cluster_, options);
  producer_->add_topic(topic_);
  int32_t count = producer_->partition_count(0);
  if (partition_ && (*partition_ < 0 || *partition_ >= count))
    throw Error(fmt::format("topic {} has no partition {}: it has {}", in_quotes(topic_),
                            *partition_, counted(count, "partition")),
                Exit::usage);
  chooser_.emplace(*partitioning_named(partitioner_), options.batch_bytes);
  chooser_->set_partitions(count, producer_->partitions_with_leader(0));
  Interrupt::watch();
  if (fd_ == STDIN_FILENO && isatty(fd_))
    context.note("type records, one a line; Ctrl-D ends");
  else
    progress_.emplace(context.err, "produced", 0, Progress::Unit::bytes, context.settings.quiet);
  read_all(context);
  if (dry_run_) {
    context.note(
        fmt::format("would write {} to topic {}", counted(seen_, "record"), in_quotes(topic_)));
    return Exit::ok;
  }
  producer_->flush();
  collect_failures();
  progress_.reset();
  context.detail(fmt::format("wrote {} to topic {}", counted(producer_->acknowledged(), "record"),
                             in_quotes(topic_)));
  return report(context);
}

}  // namespace

extern const Command produce;
const Command produce{
    .words = "produce",
    .summary = "Write records to a topic, from standard input or a file",
    .text =
        R"(Reads one record a line and writes it to TOPIC, in batches, with several requests on the way at once. A line's bytes are the value as they stand: a carriage return belongs to it, the last line needs no line feed, and an empty line is a record with an empty value. Null is written with --null: a line (or a key) that equals its text is null, which deletes the key in a compacted topic.

With --key-separator a line is a key and a value, parted where the separator first occurs. --format jsonl reads what kt consume -o jsonl and kt log dump print, byte for byte: keys, values, headers (also of the same name), nulls, timestamps, partitions; bytes that are no text stand as {"base64":"..."}. A timestamp that is missing is now; one that is null stays none. --format framed reads a four-byte big-endian length of the key (-1: null), the key, and the same of the value.

The partition is chosen as by the Java client unless --partitioner says otherwise:
  java         murmur2 of the key; without a key one partition until a batch is full, then another
  librdkafka   crc32 of the key, as kcat and the clients built on librdkafka do by default
  sticky       as java, keys ignored
  round-robin  record by record
  random       record by record

A record counts as written when every replica in sync has it (--acks all), its leader (1), or when it was sent (0). With --acks all and brokers from 0.11 on, retries neither repeat nor reorder records. A record that was refused, or not acknowledged within --timeout, is named by its line on standard error, the others are written all the same, and the exit code is 1 (4 where time ran out). Brokers before 0.11 refuse headers, and before 0.10 keep no timestamps.

With -o json, csv or jsonl the answer is what was written to each partition; otherwise a success says nothing.)",
    .examples =
        {{"kt produce orders < orders.txt", "one record a line"},
         {"kt produce orders --key-separator '\\t' --compression zstd --file orders.tsv",
          "key and value parted by a tab, compressed"},
         {"echo '{\"key\":\"k\",\"value\":null}' | kt produce orders --format jsonl",
          "a tombstone for the key k"},
         {"kt consume orders --start earliest --exit -o jsonl | kt produce copy --format jsonl",
          "a copy, record by record the same"}},
    .rows = {"partitions",
             {{"topic", "TOPIC", Kind::text, "the topic"},
              {"partition", "PARTITION", Kind::integer, "its partition"},
              {"records", "RECORDS", Kind::integer, "how many records were acknowledged"},
              {"first_offset", "FIRST", Kind::integer,
               "offset of the first of them; null with --acks 0"},
              {"last_offset", "LAST", Kind::integer,
               "offset of the last of them; null with --acks 0"}}},
    .exits = {{Exit::failed, "a record was refused; standard error names it"},
              {Exit::unreachable,
               "a record was not acknowledged in time, or no broker was reached"}},
    .changes = true,
    .streams = true,
    .make = make<Produce>,
};

}  // namespace kt
