#include "replay/source.h"

namespace kt::replay {

ClusterSource::ClusterSource(Cluster& cluster, const ConsumerOptions& options,
                             const std::vector<Range>& ranges)
    : consumer_(cluster, options) {
  for (const auto& range : ranges) {
    if (range.start >= range.end) continue;
    consumer_.assign(range.partition, range.start, range.end);
    has_any_ = true;
  }
}

std::optional<FetchedChunk> ClusterSource::next(Deadline deadline) {
  if (!has_any_) return std::nullopt;
  return consumer_.next(deadline);
}

void ClusterSource::pause(const TopicPartition& partition, bool paused) {
  consumer_.pause(partition, paused);
}

bool ClusterSource::finished() const { return !has_any_ || consumer_.finished(); }

}  // namespace kt::replay
