#include "log/stats.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/interrupt.h"
#include "base/text.h"
#include "storage/pieces.h"

namespace kt {
namespace {

/// Above this many producers only "at least" is said: memory must not grow with the log.
constexpr size_t kMostProducers = 100'000;

struct Stats {
  int64_t segments = 0, bytes = 0, batches = 0, records = 0, control = 0, tombstones = 0;
  int64_t stored_bytes = 0, plain_bytes = 0;  ///< of records, compressed and not
  int64_t gaps = 0, missing_offsets = 0, damaged = 0;
  std::optional<int64_t> first_offset, last_offset, least_ms, most_ms;
  std::map<Codec, int64_t> codecs;
  std::set<int64_t> producers;

  void add_offsets(int64_t first, int64_t last) {
    if (!first_offset) first_offset = first;
    if (last_offset && first > wrapping_add(*last_offset, 1)) {
      ++gaps;
      missing_offsets = wrapping_add(missing_offsets, wrapping_subtract(first, *last_offset) - 1);
    }
    last_offset = last;
  }
  void add_time(int64_t ms) {
    if (ms < 0) return;
    least_ms = std::min(least_ms.value_or(ms), ms);
    most_ms = std::max(most_ms.value_or(ms), ms);
  }
  void add(const Stats& other) {
    segments += other.segments;
    bytes += other.bytes;
    batches += other.batches;
    records += other.records;
    control += other.control;
    tombstones += other.tombstones;
    stored_bytes += other.stored_bytes;
    plain_bytes += other.plain_bytes;
    damaged += other.damaged;
    gaps += other.gaps;
    missing_offsets += other.missing_offsets;
    if (other.first_offset) add_offsets(*other.first_offset, *other.last_offset);
    if (other.least_ms) add_time(*other.least_ms), add_time(*other.most_ms);
    for (const auto& [codec, count] : other.codecs) codecs[codec] += count;
    if (producers.size() < kMostProducers)
      producers.insert(other.producers.begin(), other.producers.end());
  }
};

std::vector<Column> columns() {
  return {{"topic", "TOPIC", Kind::text},
          {"partition", "PARTITION", Kind::integer},
          {"segments", "SEGMENTS", Kind::integer},
          {"size_bytes", "SIZE", Kind::size_bytes},
          {"batches", "BATCHES", Kind::integer},
          {"records", "RECORDS", Kind::integer},
          {"control_records", "CONTROL", Kind::integer},
          {"tombstones", "TOMBSTONES", Kind::integer},
          {"first_offset", "FIRST", Kind::integer},
          {"last_offset", "LAST", Kind::integer},
          {"gaps", "GAPS", Kind::integer},
          {"missing_offsets", "MISSING", Kind::integer},
          {"first_timestamp_ms", "FROM", Kind::timestamp_ms},
          {"last_timestamp_ms", "TO", Kind::timestamp_ms},
          {"codecs", "CODECS", Kind::text},
          {"compression_ratio", "RATIO", Kind::real},
          {"producers", "PRODUCERS", Kind::integer},
          {"damaged_batches", "DAMAGED", Kind::integer}};
}

using Partition = std::pair<std::string, int32_t>;

struct Totals {
  std::map<Partition, Stats> partitions;
  Exit exit = Exit::ok;
};

class StatsWorker final : public PieceWorker {
 public:
  StatsWorker(Context& context, const DumpOptions& options, const std::vector<LogFile>& files,
              Totals& totals)
      : context_(context),
        files_(files),
        totals_(totals),
        reader_(options.filter, options.check_crc, options.limit_bytes) {}

  void work(const Piece& piece, const std::function<void()>&) override {
    stats_ = {};
    damage_.clear();
    stats_.segments = piece.first ? 1 : 0;
    uint64_t position = UINT64_MAX;
    reader_.read(piece, damage_, [&](const RecordReader& reader, const RecordView& record) {
      const auto& batch = reader.batch();
      if (reader.batch_position() != position) {
        position = reader.batch_position();
        add_batch(batch);
      }
      add_record(batch, record);
      return true;
    });
    stats_.damaged = std::ssize(damage_);
  }

  bool in_turn(const Piece& piece) override {
    const auto& file = files_[piece.file];
    totals_.partitions[{file.topic, file.partition}].add(stats_);
    auto tell = [&](const std::string& message, Exit exit) {
      context_.err.say("kt: " + file.path + ": " + message + '\n');
      if (totals_.exit == Exit::ok) totals_.exit = exit;
    };
    for (const auto& damage : damage_) tell(damage.message, Exit::check);
    if (!piece.failure.empty()) tell(piece.failure, Exit::failed);
    if (!piece.damage.empty()) tell(piece.damage, Exit::check);
    return !Interrupt::came();
  }

 private:
  void add_batch(const BatchView& batch) {
    ++stats_.batches;
    stats_.bytes += static_cast<int64_t>(batch.size_bytes());
    ++stats_.codecs[batch.codec()];
    if (batch.producer_id() >= 0 && stats_.producers.size() < kMostProducers)
      stats_.producers.insert(batch.producer_id());
    stats_.stored_bytes += static_cast<int64_t>(batch.size_bytes());
  }

  void add_record(const BatchView& batch, const RecordView& record) {
    ++(batch.control() ? stats_.control : stats_.records);
    if (!batch.control() && !record.value) ++stats_.tombstones;
    stats_.add_offsets(record.offset, record.offset);
    stats_.add_time(record.timestamp_ms);
    stats_.plain_bytes +=
        static_cast<int64_t>(record.key.value_or("").size() + record.value.value_or("").size() +
                             record.headers.bytes().size());
  }

  Context& context_;
  const std::vector<LogFile>& files_;
  Totals& totals_;
  FilteredReader reader_;
  Stats stats_;
  std::vector<Damage> damage_;
};

std::string codecs_text(const Stats& stats) {
  std::vector<std::string> parts;
  for (const auto& [codec, count] : stats.codecs)
    parts.push_back(stats.codecs.size() == 1
                        ? std::string(codec_name(codec))
                        : fmt::format("{} {}%", codec_name(codec), count * 100 / stats.batches));
  return join(parts, ", ");
}

Row row_of(const Partition& partition, const Stats& stats) {
  std::optional<std::string> topic;
  std::optional<int32_t> number;
  std::optional<double> ratio;
  if (!partition.first.empty()) topic = partition.first;
  if (partition.second >= 0) number = partition.second;
  if (stats.stored_bytes > 0)
    ratio = static_cast<double>(stats.plain_bytes * 100 / stats.stored_bytes) / 100;
  return {topic,
          number,
          stats.segments,
          stats.bytes,
          stats.batches,
          stats.records,
          stats.control,
          stats.tombstones,
          stats.first_offset,
          stats.last_offset,
          stats.gaps,
          stats.missing_offsets,
          stats.least_ms,
          stats.most_ms,
          codecs_text(stats),
          ratio,
          static_cast<int64_t>(stats.producers.size()),
          stats.damaged};
}

}  // namespace

Exit print_stats(Context& context, const DumpOptions& given, const std::vector<LogFile>& all,
                 int threads) {
  DumpOptions options = given;
  // A gap is where nothing is, not even a marker.
  if (options.filter.control == ControlRecords::without)
    options.filter.control = ControlRecords::with;
  std::vector<LogFile> files;
  std::ranges::copy_if(all, std::back_inserter(files),
                       [](const LogFile& file) { return file.kind == FileKind::segment; });
  Totals totals;
  PieceSource source(files);
  run_pieces(source, threads,
             [&] { return std::make_unique<StatsWorker>(context, options, files, totals); });
  Schema schema{"partitions", columns()};
  ReportOptions report_options{context.settings.format, context.settings.utc};
  Report report(schema, report_options, context.out, context.err);
  for (const auto& [partition, stats] : totals.partitions) report.row(row_of(partition, stats));
  report.finish();
  return totals.exit;
}

}  // namespace kt
