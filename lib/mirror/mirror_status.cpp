// What a running mirror tells of its partitions, from any thread.
#include <algorithm>

#include "mirror/courier.h"
#include "mirror/mirror.h"

namespace kt::mirror {

std::vector<PartitionStatus> Mirror::status() const {
  std::vector<PartitionStatus> all;
  std::lock_guard lock(mutex_);
  auto now_ms = Clock::system().wall_ms();
  for (const auto& [id, lane] : lanes_) {
    bool is_behind = lane->copied_time_ms >= 0 && lane->acknowledged_to < lane->source_end;
    int64_t behind_ms = is_behind ? std::max<int64_t>(0, now_ms - lane->copied_time_ms) : 0;
    all.push_back({lane->source, lane->target, lane->state, lane->acknowledged_to, lane->source_end,
                   lane->records, lane->bytes, lane->runs, behind_ms, lane->message, lane->hint});
  }
  return all;
}

size_t Mirror::queued_bytes() const {
  std::lock_guard lock(mutex_);
  return queued_bytes_;
}

}  // namespace kt::mirror
