#include "storage/partition_check.h"

#include <algorithm>

#include "base/bytes.h"
#include "protocol/records/record.h"
#include "storage/snapshot_file.h"

namespace kt {
namespace {

std::string number(int64_t value) { return std::to_string(value); }

std::string_view name_of(const LogFile& file) {
  return std::string_view(file.path).substr(file.path.rfind('/') + 1);
}

bool is_named_after_offset(const LogFile& segment) {
  return parse_segment_name(name_of(segment)).has_value();
}

/// `OFFSET-ID.snapshot`: what tiered storage keeps of a segment, the state at its end.
bool is_tiered(const LogFile& snapshot) {
  constexpr size_t kDigits = 20;
  auto name = name_of(snapshot);
  return name.size() > kDigits && name[kDigits] == '-';
}

}  // namespace

PartitionCheck::PartitionCheck(const std::vector<LogFile>& beside,
                               std::vector<FileProblem>& problems)
    : problems_(problems) {
  for (const auto& file : beside) {
    try {
      if (file.kind == FileKind::leader_epochs) read_epochs(file);
      if (file.kind == FileKind::producer_snapshot) read_snapshot(file);
      if (file.kind == FileKind::partition_metadata)
        read_partition_metadata(read_side_file(file.path));
      if (file.kind == FileKind::quorum_state) quorum_state_json(read_side_file(file.path));
    } catch (const Error& error) {
      problems_.push_back({file.path, {"unreadable", 0, {}, error.message()}});
    }
  }
  std::ranges::sort(snapshots_, {}, &Snapshot::offset);
}

void PartitionCheck::read_epochs(const LogFile& file) {
  epochs_path_ = file.path;
  epochs_ = read_leader_epochs(read_side_file(file.path));
  for (size_t i = 1; i < epochs_.size(); ++i)
    if (epochs_[i].epoch <= epochs_[i - 1].epoch ||
        epochs_[i].start_offset < epochs_[i - 1].start_offset)
      problems_.push_back({file.path,
                           {"epoch-order", 0, epochs_[i].start_offset,
                            "epoch " + number(epochs_[i].epoch) + " is not above the one before"}});
}

void PartitionCheck::read_snapshot(const LogFile& file) {
  Snapshot snapshot{file.path, file.base_offset, {}};
  bool tiered = is_tiered(file);
  for (const auto& entry : read_producer_snapshot(read_side_file(file.path)).producer_entries) {
    snapshot.producers[entry.producer_id] = {entry.last_offset, entry.last_sequence, entry.epoch,
                                             true};
    producers_[entry.producer_id];
    if (!tiered && entry.last_offset >= file.base_offset)
      problems_.push_back(
          {file.path,
           {"producer-state", 0, entry.last_offset,
            "producer " + number(entry.producer_id) + " is behind the snapshot's own offset"}});
  }
  (tiered ? tiered_snapshots_ : snapshots_).push_back(std::move(snapshot));
}

void PartitionCheck::begin_segment(const LogFile& segment) {
  segment_check_ = std::make_unique<SegmentCheck>(segment, problems_);
  segment_offset_ = segment.base_offset;
}

bool PartitionCheck::show(const LogFile& segment, const BatchFacts& batch) {
  if (!batch.good) {
    damaged_ = true;
    segment_check_->skip();
    return false;
  }
  auto refuse = [&](std::string message) {
    problems_.push_back(
        {segment.path, {"offsets", batch.position, batch.first_offset, std::move(message)}});
    damaged_ = true;
    segment_check_->skip();
    return false;
  };
  if (batch.first_offset < next_offset_)
    return refuse("its first offset goes back: offset " + number(next_offset_ - 1) +
                  " was there already");
  if (batch.first_offset < segment.base_offset)
    return refuse("its first offset is below the segment's name");
  // Indexes count in 32 bits from the segment's name.
  if (is_named_after_offset(segment) && batch.last_offset - segment.base_offset > INT32_MAX)
    return refuse("its last offset is too far above the segment's name");
  for (; next_snapshot_ < snapshots_.size() &&
         snapshots_[next_snapshot_].offset <= batch.first_offset;
       ++next_snapshot_)
    compare(snapshots_[next_snapshot_]);
  if (!first_offset_) first_offset_ = batch.first_offset;
  next_offset_ = wrapping_add(batch.last_offset, 1);
  check_epoch(segment, batch);
  auto aborted_from = note_transaction(batch);
  note_producer(batch);
  segment_check_->show(batch, aborted_from);
  return true;
}

void PartitionCheck::check_epoch(const LogFile& segment, const BatchFacts& batch) {
  if (batch.leader_epoch < 0) return;
  if (batch.leader_epoch < leader_epoch_)
    problems_.push_back(
        {segment.path,
         {"epoch", batch.position, batch.first_offset,
          "leader epoch " + number(batch.leader_epoch) + " after epoch " + number(leader_epoch_)}});
  leader_epoch_ = std::max(leader_epoch_, batch.leader_epoch);
  if (epochs_.empty()) return;
  // Where records were deleted the checkpoint was cut at once, and the first segment left whole.
  if (batch.first_offset < epochs_.front().start_offset &&
      batch.leader_epoch <= epochs_.front().epoch)
    return;
  auto entry = std::ranges::lower_bound(epochs_, batch.leader_epoch, {}, &EpochStart::epoch);
  if (entry == epochs_.end() || entry->epoch != batch.leader_epoch) {
    if (missing_epochs_.insert(batch.leader_epoch).second)
      problems_.push_back({epochs_path_,
                           {"epoch", 0, batch.first_offset,
                            "lacks epoch " + number(batch.leader_epoch) + " of the log"}});
    return;
  }
  auto after = entry + 1;
  if (batch.first_offset < entry->start_offset ||
      (after != epochs_.end() && batch.last_offset >= after->start_offset))
    problems_.push_back(
        {segment.path,
         {"epoch", batch.position, batch.first_offset,
          "leader epoch " + number(batch.leader_epoch) + " where the checkpoint has another"}});
}

std::optional<int64_t> PartitionCheck::note_transaction(const BatchFacts& batch) {
  if (batch.producer_id < 0 || !batch.transactional) return std::nullopt;
  if (batch.marker < 0) {
    open_.emplace(batch.producer_id, batch.first_offset);
    return std::nullopt;
  }
  auto open = open_.find(batch.producer_id);
  if (batch.marker > ControlKey::kCommit || open == open_.end()) return std::nullopt;
  int64_t first = open->second;
  open_.erase(open);
  return first;
}

void PartitionCheck::note_producer(const BatchFacts& batch) {
  auto known = producers_.find(batch.producer_id);
  if (known == producers_.end()) return;
  Producer& producer = known->second;
  // A new epoch, of a marker too, forgets the batches of the old one.
  if (batch.producer_epoch != producer.epoch) producer = {-1, -1, batch.producer_epoch, true};
  if (batch.marker >= 0) return;
  producer.last_offset = batch.last_offset;
  producer.last_sequence = batch.last_sequence;
}

void PartitionCheck::compare(const Snapshot& snapshot) {
  if (damaged_) return;
  for (const auto& [id, stored] : snapshot.producers) {
    const Producer& in_log = producers_[id];
    // What came before the log's first offset cannot be known.
    if (!in_log.seen || stored.last_offset < first_offset_.value_or(0)) continue;
    if (in_log.epoch == stored.epoch && in_log.last_offset == stored.last_offset &&
        in_log.last_sequence == stored.last_sequence)
      continue;
    problems_.push_back(
        {snapshot.path,
         {"producer-state", 0, stored.last_offset,
          "producer " + number(id) + " has epoch " + number(stored.epoch) + ", sequence " +
              number(stored.last_sequence) + ", offset " + number(stored.last_offset) +
              "; in the log epoch " + number(in_log.epoch) + ", sequence " +
              number(in_log.last_sequence) + ", offset " + number(in_log.last_offset)}});
  }
}

std::vector<TransactionIndexEntry> PartitionCheck::end_segment(int64_t end_position,
                                                               int64_t size_bytes) {
  segment_check_->finish(end_position, size_bytes);
  auto aborted = segment_check_->aborted();
  segment_check_.reset();
  for (const auto& snapshot : tiered_snapshots_)
    if (snapshot.offset == segment_offset_) compare(snapshot);
  return aborted;
}

void PartitionCheck::finish(bool complete) {
  for (; next_snapshot_ < snapshots_.size(); ++next_snapshot_) {
    const auto& snapshot = snapshots_[next_snapshot_];
    if (snapshot.offset <= next_offset_) compare(snapshot);
    if (complete && !damaged_ && first_offset_ && snapshot.offset > next_offset_)
      problems_.push_back({snapshot.path,
                           {"producer-state", 0, snapshot.offset,
                            "is of an offset beyond the log's end, " + number(next_offset_)}});
  }
  if (!complete || damaged_ || epochs_.empty() || !first_offset_) return;
  if (epochs_.back().start_offset > next_offset_)
    problems_.push_back({epochs_path_,
                         {"epoch", 0, epochs_.back().start_offset,
                          "epoch " + number(epochs_.back().epoch) +
                              " begins beyond the log's end, " + number(next_offset_)}});
}

}  // namespace kt
