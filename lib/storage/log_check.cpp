#include "storage/log_check.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>

#include "base/bytes.h"
#include "protocol/records/record.h"
#include "storage/partition_check.h"
#include "storage/pieces.h"
#include "storage/segment.h"
#include "storage/snapshot_file.h"

namespace kt {
namespace fs = std::filesystem;
namespace {

std::string directory_of(const LogFile& file) { return fs::path(file.path).parent_path().string(); }

struct CheckedPiece {
  std::vector<BatchFacts> batches;
  std::vector<Problem> problems;
};

CheckedPiece check_piece(const Piece& piece, size_t limit_bytes) {
  CheckedPiece checked;
  BatchReader reader(piece.bytes(), static_cast<uint64_t>(piece.position));
  while (auto batch = reader.next())
    checked.batches.push_back(check_batch(*batch, static_cast<int64_t>(reader.batch_position()),
                                          limit_bytes, checked.problems));
  return checked;
}

/// What all pieces together say: used by one thread at a time.
class LogCheck {
 public:
  LogCheck(const std::vector<LogFile>& files, const CheckOptions& options,
           const std::function<void(const FoundProblem&)>& on_problem)
      : files_(files), options_(options), on_problem_(on_problem) {}

  void add(const Piece& piece, const CheckedPiece& checked) {
    const LogFile& file = files_[piece.file];
    if (piece.first) ++totals_.files;
    if (file.kind != FileKind::segment) return add_side_file(file);
    if (piece.first) begin_segment(file);
    if (!piece.failure.empty()) problem(file, "unreadable", piece.position, piece.failure);
    add_batches(file, piece, checked);
    if (piece.last) end_segment(file, piece);
    tell();
  }

  CheckTotals finish() {
    end_partition();
    for (const auto& [path, checkpoint] : checkpoints_)
      for (const auto& one : checkpoint) {
        auto end = ends_.find({one.topic, one.partition});
        if (end != ends_.end() && one.offset > end->second)
          problems_.push_back({path,
                               {"checkpoint", 0, one.offset,
                                one.topic + "-" + std::to_string(one.partition) +
                                    " ends at offset " + std::to_string(end->second)}});
      }
    tell();
    return totals_;
  }

 private:
  void problem(const LogFile& file, std::string_view kind, int64_t position, std::string message) {
    problems_.push_back({file.path, {kind, position, {}, std::move(message)}});
  }

  /// Index files are read with their segment, most others with their partition.
  void add_side_file(const LogFile& file) {
    enter_partition(file);
    try {
      if (file.kind == FileKind::offset_checkpoint)
        checkpoints_.emplace_back(file.path, read_offset_checkpoint(read_side_file(file.path)));
      if (file.kind == FileKind::directory_properties) read_properties(read_side_file(file.path));
    } catch (const Error& error) {
      problem(file, "unreadable", 0, error.message());
    }
    tell();
  }

  void enter_partition(const LogFile& file) {
    auto directory = directory_of(file);
    if (partition_ && directory == directory_) return;
    end_partition();
    directory_ = directory;
    std::vector<LogFile> beside;
    for (const auto& other : files_)
      if (other.kind != FileKind::segment && directory_of(other) == directory)
        beside.push_back(other);
    partition_ = std::make_unique<PartitionCheck>(beside, problems_);
    partition_file_ = file;
    complete_ = true;
    if (!options_.repair_into.empty() && file.partition >= 0) begin_copy(beside);
  }

  void end_partition() {
    if (!partition_) return;
    partition_->finish(complete_ && !options_.interrupted());
    if (complete_ && partition_file_.partition >= 0 && partition_->first_offset())
      ends_[{partition_file_.topic, partition_file_.partition}] = partition_->next_offset();
    partition_.reset();
    tell();
  }

  void begin_segment(const LogFile& file) {
    ++totals_.segments;
    first_damage_ = -1;
    markers_.clear();
    if (file.snapshot) {
      // A snapshot has offsets of its own, and its name is the log's.
      snapshot_file_ = file;
      snapshot_file_.base_offset = 0;
      snapshot_ = std::make_unique<PartitionCheck>(std::vector<LogFile>{}, problems_);
      snapshot_->begin_segment(snapshot_file_);
      return;
    }
    enter_partition(file);
    partition_->begin_segment(file);
    copy_.reset();
    if (!copy_directory_.empty())
      copy_ = std::make_unique<Segment>(copy_directory_, file.base_offset);
  }

  void add_batches(const LogFile& file, const Piece& piece, const CheckedPiece& checked) {
    for (const auto& one : checked.problems) problems_.push_back({file.path, one});
    totals_.bytes += static_cast<int64_t>(piece.size_bytes);
    for (const auto& batch : checked.batches) {
      bool good =
          file.snapshot ? snapshot_->show(snapshot_file_, batch) : partition_->show(file, batch);
      ++totals_.batches;
      totals_.records += batch.records;
      if (file.snapshot) markers_.push_back(batch.marker);
      if (!good) {
        damaged_at(batch.position);
        continue;
      }
      totals_.good_bytes += batch.size_bytes;
      if (!copy_) continue;
      copy_->append(
          BatchView(piece.bytes().substr(static_cast<size_t>(batch.position - piece.position),
                                         static_cast<size_t>(batch.size_bytes))));
      totals_.copied_bytes += batch.size_bytes;
    }
    options_.advanced(static_cast<int64_t>(piece.size_bytes));
  }

  void damaged_at(int64_t position) {
    if (first_damage_ < 0) first_damage_ = position;
  }

  void end_segment(const LogFile& file, const Piece& piece) {
    int64_t end = piece.end_position();
    if (!piece.damage.empty()) end = skip_damage(file, piece);
    std::error_code ignored;
    auto size = static_cast<int64_t>(fs::file_size(file.path, ignored));
    bool grew = file.active && !ignored && size > end + piece.torn_bytes + piece.zero_bytes;
    if (piece.torn_bytes > 0 && !grew) {
      totals_.bytes += piece.torn_bytes;
      damaged_at(end);
      problem(
          file, "torn", end,
          "ends within a batch, of which " + std::to_string(piece.torn_bytes) + " bytes are there");
    }
    if (file.snapshot) return end_snapshot(file, end);
    if (grew || !piece.failure.empty() || first_damage_ >= 0) complete_ = false;
    auto aborted = partition_->end_segment(end, grew ? size : end);
    if (!copy_) return;
    copy_->file()->sync();
    copy_->write_indexes(aborted);
    copy_.reset();
  }

  void end_snapshot(const LogFile& file, int64_t end) {
    snapshot_->end_segment(end, end);
    snapshot_.reset();
    bool whole = !markers_.empty() && markers_.front() >= ControlKey::kSnapshotHeader &&
                 markers_.back() == ControlKey::kSnapshotFooter;
    if (!whole && first_damage_ < 0)
      problem(file, "snapshot", end, "does not begin with a header and end with a footer");
  }

  /// Goes on where the next batch begins; where the segment's batches end.
  int64_t skip_damage(const LogFile& file, const Piece& piece) {
    int64_t position = piece.end_position();
    std::string message = piece.damage;
    for (;;) {
      damaged_at(position);
      PartitionCheck& check = file.snapshot ? *snapshot_ : *partition_;
      check.skip();
      auto opened = SharedFile::for_reading(file.path);
      auto next = find_batch(*opened, position + 1, check.next_offset());
      int64_t end = next.value_or(opened->size());
      totals_.bytes += end - position;
      problem(file, "garbage", position,
              std::to_string(end - position) + " bytes are no batch (" + message + ")");
      if (!next) return end;
      std::vector<LogFile> one = {file};
      PieceSource source(one, {end});
      for (Piece rest; source.next(rest);) {
        add_batches(file, rest, check_piece(rest, options_.limit_bytes));
        position = rest.end_position();
        message = rest.damage;
        if (rest.torn_bytes == 0) continue;
        totals_.bytes += rest.torn_bytes;
        problem(file, "torn", position, "ends within a batch");
      }
      if (message.empty()) return position;
    }
  }

  /// The partition's directory in the copy, with what Kafka cannot make anew from the segments.
  void begin_copy(const std::vector<LogFile>& beside) {
    auto name = fs::absolute(directory_.empty() ? "." : directory_).lexically_normal().filename();
    copy_directory_ = options_.repair_into + "/" + name.string();
    if (!fs::create_directory(copy_directory_))
      throw Error(copy_directory_ +
                  " is there already: two partitions of one name cannot be copied");
    for (const auto& file : beside)
      if (file.kind == FileKind::leader_epochs || file.kind == FileKind::partition_metadata)
        write_file(copy_directory_ + "/" + fs::path(file.path).filename().string(),
                   read_side_file(file.path));
  }

  void tell() {
    for (auto& one : problems_) {
      // Deleted by its broker since the directory was listed.
      if (one.problem.kind == "unreadable" && !fs::exists(one.file)) continue;
      bool in_segment = one.file.ends_with(".log") || one.file.ends_with(".checkpoint");
      on_problem_({std::move(one), in_segment ? first_damage_ : -1});
    }
    problems_.clear();
  }

  const std::vector<LogFile>& files_;
  const CheckOptions& options_;
  const std::function<void(const FoundProblem&)>& on_problem_;
  CheckTotals totals_;
  std::vector<FileProblem> problems_;
  std::string directory_;
  LogFile partition_file_;
  std::unique_ptr<PartitionCheck> partition_;
  bool complete_ = true;  ///< nothing of the partition was left out
  LogFile snapshot_file_;
  std::unique_ptr<PartitionCheck> snapshot_;
  std::vector<int16_t> markers_;
  int64_t first_damage_ = -1;
  std::string copy_directory_;
  std::unique_ptr<Segment> copy_;
  std::vector<std::pair<std::string, std::vector<PartitionOffset>>> checkpoints_;
  std::map<std::pair<std::string, int32_t>, int64_t> ends_;
};

class CheckWorker final : public PieceWorker {
 public:
  CheckWorker(LogCheck& check, const CheckOptions& options) : check_(check), options_(options) {}

  void work(const Piece& piece, const std::function<void()>&) override {
    checked_ = check_piece(piece, options_.limit_bytes);
  }
  bool in_turn(const Piece& piece) override {
    check_.add(piece, checked_);
    return !options_.interrupted();
  }

 private:
  LogCheck& check_;
  const CheckOptions& options_;
  CheckedPiece checked_;
};

/// A header that could be a batch's, before anything is computed.
bool may_begin(std::string_view bytes, int64_t left, int64_t least_offset) {
  using namespace batch_layout;
  auto magic = static_cast<int8_t>(bytes[kMagic]);
  if (magic < 0 || magic > 2) return false;
  auto size = load_big_endian<int32_t>(bytes.data() + kLength);
  constexpr int32_t kLeast[] = {14, 22, static_cast<int32_t>(kHeaderBytes - kLogOverhead)};
  if (size < kLeast[magic] || size > left - static_cast<int64_t>(kLogOverhead)) return false;
  auto offset = load_big_endian<int64_t>(bytes.data() + kBaseOffset);
  constexpr int64_t kFurthest = int64_t{1} << 40;  // a gap that compaction could leave
  return offset >= std::max<int64_t>(least_offset, 0) &&
         offset - std::max<int64_t>(least_offset, 0) < kFurthest;
}

}  // namespace

std::optional<int64_t> find_batch(const SharedFile& file, int64_t position, int64_t least_offset) {
  constexpr size_t kWindowBytes = 1 << 20;
  // Bytes that look like headers by the thousand must not make this take for ever.
  int64_t budget_bytes = int64_t{4} << 30;
  int64_t size = file.size();
  std::string window, candidate;
  for (; position < size; position += static_cast<int64_t>(kWindowBytes)) {
    window.resize(kWindowBytes + batch_layout::kHeaderBytes);
    window.resize(file.read_at(position, window.data(), window.size()));
    std::string_view view = window;
    for (size_t at = 0; at < kWindowBytes && at + batch_layout::kMagic < view.size(); ++at) {
      int64_t here = position + static_cast<int64_t>(at);
      if (!may_begin(view.substr(at), size - here, least_offset)) continue;
      auto bytes = batch_layout::kLogOverhead +
                   load_big_endian<uint32_t>(view.data() + at + batch_layout::kLength);
      budget_bytes -= static_cast<int64_t>(bytes);
      if (budget_bytes < 0) return std::nullopt;
      candidate.resize(bytes);
      candidate.resize(file.read_at(here, candidate.data(), bytes));
      if (candidate.size() != bytes) continue;
      BatchView batch(candidate);
      if (batch.stored_crc() == batch.computed_crc()) return here;
    }
  }
  return std::nullopt;
}

CheckTotals check_log(const std::vector<LogFile>& files, const CheckOptions& options,
                      const std::function<void(const FoundProblem&)>& on_problem) {
  LogCheck check(files, options, on_problem);
  PieceSource source(files);
  run_pieces(source, options.threads,
             [&] { return std::make_unique<CheckWorker>(check, options); });
  return check.finish();
}

}  // namespace kt
