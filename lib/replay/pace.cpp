#include "replay/pace.h"

#include <algorithm>

namespace kt::replay {

Clock::Time Throttle::take(size_t bytes) {
  constexpr std::chrono::milliseconds kRemembered{100};
  std::lock_guard lock(mutex_);
  auto turn = std::max(next_, clock_.now() - kRemembered);
  double seconds = 0;
  if (records_per_second_ > 0) seconds = 1 / records_per_second_;
  if (bytes_per_second_ > 0)
    seconds = std::max(seconds, static_cast<double>(bytes) / bytes_per_second_);
  next_ = turn +
          std::chrono::duration_cast<Clock::Time::duration>(std::chrono::duration<double>(seconds));
  return turn;
}

Clock::Time OriginalTimes::due(int64_t timestamp_ms) const {
  if (timestamp_ms < 0 || timestamp_ms <= first_timestamp_ms_) return began_;
  // Times are anybody's: a century from the first one is as good as never.
  constexpr double kLongestMs = 100.0 * 366 * 86'400'000;
  double after_ms = static_cast<double>(timestamp_ms - first_timestamp_ms_) / speed_;
  return began_ + std::chrono::duration_cast<Clock::Time::duration>(
                      std::chrono::duration<double, std::milli>(std::min(after_ms, kLongestMs)));
}

}  // namespace kt::replay
