#include "client/committed_offsets.h"

#include <algorithm>

namespace kt {

CommittedOffsets::CommittedOffsets(std::vector<Entry> entries) : entries_(std::move(entries)) {
  auto is_before = [](const Entry& a, const Entry& b) { return a.first < b.first; };
  if (!std::is_sorted(entries_.begin(), entries_.end(), is_before))
    std::stable_sort(entries_.begin(), entries_.end(), is_before);
  auto is_same = [](const Entry& a, const Entry& b) { return a.first == b.first; };
  entries_.erase(std::unique(entries_.begin(), entries_.end(), is_same), entries_.end());
}

const CommittedOffset* CommittedOffsets::find(const TopicPartition& partition) const {
  auto found = std::lower_bound(
      begin(), end(), partition,
      [](const Entry& entry, const TopicPartition& sought) { return entry.first < sought; });
  return found != end() && found->first == partition ? &found->second : nullptr;
}

}  // namespace kt
