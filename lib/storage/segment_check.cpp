#include "storage/segment_check.h"

#include <algorithm>
#include <filesystem>

#include "base/bytes.h"
#include "storage/snapshot_file.h"

namespace kt {
namespace {

constexpr std::string_view kOffsets = ".index", kTimes = ".timeindex", kAborted = ".txnindex";
constexpr size_t kOffsetEntryBytes = 8, kTimeEntryBytes = 12, kAbortedEntryBytes = 34;

std::string number(int64_t value) { return std::to_string(value); }

}  // namespace

SegmentCheck::SegmentCheck(const LogFile& segment, std::vector<FileProblem>& problems)
    : stem_(segment.path.substr(0, segment.path.rfind('.'))),
      base_offset_(segment.base_offset),
      problems_(problems) {
  if (!segment.path.ends_with(".log")) return;
  load(kOffsets, kOffsetEntryBytes,
       [&](std::string_view bytes) { offsets_ = read_offset_index(bytes, base_offset_); });
  load(kTimes, kTimeEntryBytes,
       [&](std::string_view bytes) { times_ = read_time_index(bytes, base_offset_); });
  load(kAborted, kAbortedEntryBytes, [&](std::string_view bytes) {
    has_transaction_index_ = true;
    aborted_ = read_transaction_index(bytes);
  });
  for (size_t i = 1; i < offsets_.size(); ++i)
    if (offsets_[i].offset <= offsets_[i - 1].offset ||
        offsets_[i].position <= offsets_[i - 1].position)
      add(kOffsets, "index-order", i, kOffsetEntryBytes, offsets_[i].offset,
          "the entry is not above the one before");
  for (size_t i = 1; i < times_.size(); ++i)
    if (times_[i].timestamp_ms <= times_[i - 1].timestamp_ms ||
        times_[i].offset <= times_[i - 1].offset)
      add(kTimes, "time-index-order", i, kTimeEntryBytes, times_[i].offset,
          "the entry is not above the one before");
  // Each entry is looked for once, in the order of the log.
  std::ranges::stable_sort(offsets_, {}, &OffsetIndexEntry::position);
  std::ranges::stable_sort(times_, {}, &TimeIndexEntry::offset);
}

template <class Read>
void SegmentCheck::load(std::string_view suffix, size_t entry_bytes, Read read) {
  auto path = stem_ + std::string(suffix);
  if (!std::filesystem::exists(path)) return;
  try {
    auto bytes = read_side_file(path);
    if (bytes.size() % entry_bytes != 0)
      problems_.push_back({path,
                           {"index-size",
                            static_cast<int64_t>(bytes.size() / entry_bytes * entry_bytes),
                            {},
                            "ends within an entry"}});
    read(bytes);
  } catch (const Error& error) {
    problems_.push_back({path, {"unreadable", 0, {}, error.message()}});
  }
}

void SegmentCheck::add(std::string_view suffix, std::string_view kind, size_t entry,
                       size_t entry_bytes, int64_t offset, std::string message) {
  problems_.push_back(
      {stem_ + std::string(suffix),
       {kind, static_cast<int64_t>(entry * entry_bytes), offset, std::move(message)}});
}

void SegmentCheck::show(const BatchFacts& batch, std::optional<int64_t> aborted_from) {
  show_to_offset_index(batch);
  show_to_time_index(batch);
  show_to_transaction_index(batch, aborted_from);
  behind_damage_ = false;
}

void SegmentCheck::show_to_offset_index(const BatchFacts& batch) {
  for (; next_offset_entry_ < offsets_.size(); ++next_offset_entry_) {
    const auto& entry = offsets_[next_offset_entry_];
    if (entry.position > batch.position) return;
    if (entry.position < batch.position) {
      if (behind_damage_) continue;
      add(kOffsets, "index-position", next_offset_entry_, kOffsetEntryBytes, entry.offset,
          "no batch begins at byte " + number(entry.position) + ", where it points");
    } else if (entry.offset < batch.first_offset) {
      add(kOffsets, "index-offset", next_offset_entry_, kOffsetEntryBytes, entry.offset,
          "points at a batch that begins with offset " + number(batch.first_offset));
    }
  }
}

void SegmentCheck::show_to_time_index(const BatchFacts& batch) {
  for (; next_time_entry_ < times_.size(); ++next_time_entry_) {
    const auto& entry = times_[next_time_entry_];
    if (entry.offset > batch.last_offset) return;
    if (entry.offset < batch.first_offset) {
      if (behind_damage_) continue;
      add(kTimes, "time-index-offset", next_time_entry_, kTimeEntryBytes, entry.offset,
          "no batch has offset " + number(entry.offset));
    } else if (entry.timestamp_ms != batch.max_timestamp_ms) {
      add(kTimes, "time-index-time", next_time_entry_, kTimeEntryBytes, entry.offset,
          "says " + number(entry.timestamp_ms) + ", the batch with this offset " +
              number(batch.max_timestamp_ms));
    }
  }
}

void SegmentCheck::show_to_transaction_index(const BatchFacts& batch,
                                             std::optional<int64_t> aborted_from) {
  auto found = std::ranges::find_if(aborted_, [&](const TransactionIndexEntry& entry) {
    return entry.last_offset >= batch.first_offset && entry.last_offset <= batch.last_offset;
  });
  bool is_abort = batch.marker == 0;
  if (found == aborted_.end()) {
    if (is_abort && aborted_from && has_transaction_index_)
      add(kAborted, "transaction-index", 0, 0, batch.first_offset,
          "lacks the transaction of producer " + number(batch.producer_id) + " that was aborted");
    return;
  }
  bool agrees = is_abort && found->producer_id == batch.producer_id &&
                found->first_offset <= found->last_offset &&
                (!aborted_from || *aborted_from == found->first_offset);
  if (agrees)
    confirmed_.push_back(*found);
  else
    add(kAborted, "transaction-index", 0, 0, found->last_offset,
        "the entry of producer " + number(found->producer_id) + " from offset " +
            number(found->first_offset) + " does not agree with the log");
  aborted_.erase(found);
}

void SegmentCheck::finish(int64_t end_position, int64_t size_bytes) {
  if (behind_damage_) return;  // whatever they point at may be what was damaged
  for (; next_offset_entry_ < offsets_.size(); ++next_offset_entry_) {
    const auto& entry = offsets_[next_offset_entry_];
    if (entry.position >= end_position && entry.position < size_bytes) continue;  // appended since
    add(kOffsets, "index-position", next_offset_entry_, kOffsetEntryBytes, entry.offset,
        "no batch begins at byte " + number(entry.position) + ", where it points");
  }
  bool grew = size_bytes > end_position;
  for (; next_time_entry_ < times_.size() && !grew; ++next_time_entry_)
    add(kTimes, "time-index-offset", next_time_entry_, kTimeEntryBytes,
        times_[next_time_entry_].offset,
        "no batch has offset " + number(times_[next_time_entry_].offset));
  for (const auto& entry : aborted_)
    if (!grew)
      add(kAborted, "transaction-index", 0, 0, entry.last_offset,
          "the entry of producer " + number(entry.producer_id) + " ends at offset " +
              number(entry.last_offset) + ", where no marker is");
}

}  // namespace kt
