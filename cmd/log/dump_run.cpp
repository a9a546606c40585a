#include "log/dump_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <thread>

#include "base/interrupt.h"
#include "log/side_files.h"
#include "output/json.h"

namespace kt {
namespace {

constexpr auto kLookAgain = std::chrono::milliseconds(200);

/// How much a thread prints before it waits for its turn: a piece, or its share of memory.
size_t most_ahead(int threads) {
  constexpr size_t kMost = size_t{4} << 20, kTogether = size_t{16} << 20;
  return threads == 1 ? 0 : std::min(kMost, kTogether / static_cast<size_t>(threads));
}

std::string partition_of(const LogFile& file) {
  return std::filesystem::path(file.path).parent_path().string();
}

}  // namespace

class PrintWorker final : public PieceWorker {
 public:
  PrintWorker(DumpRun& run, PieceSource& source, const std::vector<LogFile>& files, int64_t skip,
              size_t most_ahead)
      : run_(run),
        source_(source),
        files_(files),
        skip_(skip),
        most_ahead_(most_ahead),
        printer_(make_dump_printer(run.options_)) {}

  void work(const Piece& piece, const std::function<void()>& take_turn) override {
    const LogFile& file = files_[piece.file];
    out_.clear();
    damage_.clear();
    if (piece.first && !run_.following_) title(file, piece.number == 0);
    if (file.kind != FileKind::segment) return print_side(file, piece.number == 0);
    bool has_turn = false;
    int64_t printed =
        printer_->print(file, piece, piece.file == 0 ? skip_ : 0, run_.left_, out_, damage_, [&] {
          if (!has_turn && out_.size() < most_ahead_) return;
          take_turn();
          has_turn = true;
          run_.write(out_.view());
          out_.clear();
        });
    if (run_.left_ == INT64_MAX) return;  // else there is but one thread
    run_.left_ -= printed;
    skip_ = 0;
  }

  bool in_turn(const Piece& piece) override {
    run_.write(out_.view());
    run_.end_of_piece(files_[piece.file], piece, damage_);
    if (run_.left_ <= 0) source_.stop();
    return !Interrupt::came();
  }

 private:
  void title(const LogFile& file, bool very_first) {
    bool is_table = row_format(run_.options_) == Format::table;
    if (is_table && run_.titles_) {
      if (!very_first || run_.ends_.size() > 0) out_.append('\n');
      stream::append_visible(out_, file.path);
      out_.append('\n');
    }
    if (file.kind == FileKind::segment && (is_table || very_first) && !run_.is_json_ &&
        (is_table || run_.ends_.empty()))
      printer_->begin(out_);
  }

  void print_side(const LogFile& file, bool very_first) {
    auto format = row_format(run_.options_).value_or(Format::jsonl);
    try {
      print_side_file(file, format, run_.options_.utc, format == Format::table || very_first, out_);
    } catch (const DecodeError& error) {
      damage_.push_back({0, error.message()});
    } catch (const Error& error) {
      failure_ = error.message();
    }
    if (!failure_.empty()) run_.tell(file, failure_, Exit::failed);
    failure_.clear();
  }

  DumpRun& run_;
  PieceSource& source_;
  const std::vector<LogFile>& files_;
  int64_t skip_;
  size_t most_ahead_;
  std::unique_ptr<DumpPrinter> printer_;
  stream::OutputBuffer out_;
  std::vector<Damage> damage_;
  std::string failure_;
};

DumpRun::DumpRun(Context& context, const DumpOptions& options, std::vector<LogFile> files,
                 int threads)
    : context_(context),
      options_(options),
      files_(std::move(files)),
      threads_(threads),
      titles_(files_.size() > 1),
      is_json_(options.format == "json" && !options.record_format.format_template) {
  if (!is_json_) return;
  context_.out.write(options.shape == DumpShape::batches ? "{\"batches\":[\n" : "{\"records\":[\n");
}

void DumpRun::print(std::optional<int64_t> first, std::optional<int64_t> last) {
  if (!first && !last) return print_files(files_, {}, INT64_MAX, threads_);
  for (size_t at = 0; at < files_.size() && !Interrupt::came();) {
    std::vector<LogFile> partition;
    auto directory = partition_of(files_[at]);
    for (; at < files_.size() && partition_of(files_[at]) == directory; ++at)
      partition.push_back(files_[at]);
    Start start;
    if (last) start = find_last(partition, *last);
    print_files(partition, start, first.value_or(*(last ? last : first)), 1);
  }
}

/// Drops the files in front of those that hold the last `count` rows.
DumpRun::Start DumpRun::find_last(std::vector<LogFile>& files, int64_t count) const {
  struct Place {
    size_t file;
    int64_t position, rows;
  };
  int64_t rows = 0;
  std::deque<Place> places;  // batches in order, from the first that is needed
  for (size_t index = files.size(); index-- > 0 && rows < count;) {
    if (files[index].kind != FileKind::segment) continue;
    std::vector<LogFile> one = {files[index]};
    std::deque<Place> found;
    int64_t found_rows = 0;
    auto note = [&](int64_t position) {
      if (found.empty() || found.back().position != position) found.push_back({index, position, 0});
      ++found.back().rows;
      ++found_rows;
      while (found_rows - found.front().rows >= count - rows) {
        found_rows -= found.front().rows;
        found.pop_front();
      }
    };
    PieceSource source(one);
    FilteredReader reader(options_.filter, options_.check_crc, options_.limit_bytes);
    std::vector<Damage> ignored;
    for (Piece piece; source.next(piece);) {
      if (options_.shape == DumpShape::batches) {
        BatchReader batches(piece.bytes(), static_cast<uint64_t>(piece.position));
        while (auto batch = batches.next())
          if (!options_.filter.skips(*batch)) note(static_cast<int64_t>(batches.batch_position()));
      } else {
        reader.read(piece, ignored, [&](const RecordReader& from, const RecordView&) {
          note(static_cast<int64_t>(from.batch_position()));
          return true;
        });
      }
    }
    rows += found_rows;
    places.insert(places.begin(), found.begin(), found.end());
  }
  Start start;
  if (places.empty()) return start;
  files.erase(files.begin(), files.begin() + static_cast<ptrdiff_t>(places.front().file));
  start.positions.assign(files.size(), 0);
  start.positions[0] = places.front().position;
  start.skip = std::max<int64_t>(0, rows - count);
  return start;
}

void DumpRun::print_files(const std::vector<LogFile>& files, const Start& start, int64_t most,
                          int threads) {
  left_ = most;
  if (most <= 0) return;
  PieceSource source(files, start.positions);
  run_pieces(source, threads, [&] {
    return std::make_unique<PrintWorker>(*this, source, files, start.skip, most_ahead(threads));
  });
}

void DumpRun::follow() {
  following_ = true;
  left_ = INT64_MAX;
  context_.out.flush();
  std::vector<std::pair<LogFile, int64_t>> growing;
  for (const auto& file : files_)
    if (file.kind == FileKind::segment && !file.snapshot)
      if (file.active || files_.size() == 1) growing.emplace_back(file, ends_[file.path]);
  if (growing.empty()) throw Error("--follow: none of the files is a segment", Exit::usage);
  while (!Interrupt::came()) {
    bool grew = false;
    for (auto& [file, position] : growing) grew |= grow(file, position);
    context_.out.flush();
    if (!grew) std::this_thread::sleep_for(kLookAgain);
  }
}

/// Prints what a segment has more by now, or goes over to the segment that follows it.
bool DumpRun::grow(LogFile& file, int64_t& position) {
  std::error_code ignored;
  // A segment that follows is looked for first: then this one is complete when it is read.
  std::optional<LogFile> next;
  if (file.active)
    for (auto& other : list_log_files(partition_of(file)))
      if (other.kind == FileKind::segment && !other.snapshot &&
          other.base_offset > file.base_offset) {
        next = other;
        break;
      }
  auto size = static_cast<int64_t>(std::filesystem::file_size(file.path, ignored));
  if (!ignored && size < position) {
    context_.warn(fmt::format("{} was cut to {} bytes", file.path, size));
    position = size;
  }
  int64_t before = position;
  if (!ignored && size > position) {
    print_files({file}, {{position}, 0}, INT64_MAX, 1);
    position = ends_[file.path];
  }
  if (!next) return position != before;
  file = *next;
  file.active = true;
  position = 0;
  return true;
}

Exit DumpRun::finish() {
  if (is_json_) context_.out.write("],\"errors\":[" + errors_ + "]}\n");
  context_.out.flush();
  return exit_;
}

void DumpRun::write(std::string_view text) {
  if (is_json_ && first_object_ && !text.empty()) {
    text.remove_prefix(1);
    first_object_ = false;
  }
  context_.out.write(text);
}

void DumpRun::end_of_piece(const LogFile& file, const Piece& piece,
                           const std::vector<Damage>& damage) {
  for (const auto& one : damage) tell(file, one.message, Exit::check);
  ends_[file.path] = piece.end_position();
  if (!piece.failure.empty()) tell(file, piece.failure, Exit::failed);
  if (!piece.damage.empty()) tell(file, piece.damage, Exit::check);
  if (piece.torn_bytes == 0 || following_) return;
  auto torn = fmt::format("at byte {}: ends within a batch, of which {} bytes are there",
                          piece.end_position(), piece.torn_bytes);
  // The last segment may just be written to.
  file.active ? context_.note(file.path + ": " + torn) : tell(file, torn, Exit::check);
}

void DumpRun::tell(const LogFile& file, const std::string& message, Exit exit) {
  context_.err.say("kt: " + file.path + ": " + message + '\n');
  if (exit_ == Exit::ok) exit_ = exit;
  if (!is_json_) return;
  errors_ += errors_.empty() ? "{\"file\":" : ",{\"file\":";
  append_json_string(errors_, file.path);
  errors_ += ",\"code\":null,\"error\":null,\"message\":";
  append_json_string(errors_, message);
  errors_ += '}';
}

}  // namespace kt
