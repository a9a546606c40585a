// How fast records may leave: so many a second, so many bytes a second, or as they once came.
#pragma once

#include <cstdint>
#include <mutex>

#include "base/clock.h"

namespace kt::replay {

/// A limit shared by all threads. What was not used in the last tenth of a second is forgotten.
class Throttle {
 public:
  /// 0: no limit.
  Throttle(double records_per_second, double bytes_per_second, Clock& clock = Clock::system())
      : records_per_second_(records_per_second),
        bytes_per_second_(bytes_per_second),
        clock_(clock) {}

  bool is_off() const { return records_per_second_ <= 0 && bytes_per_second_ <= 0; }
  /// Takes its turn for a record, and says when that is: never before what was taken before it.
  Clock::Time take(size_t bytes);

 private:
  const double records_per_second_, bytes_per_second_;
  Clock& clock_;
  std::mutex mutex_;
  Clock::Time next_{};
};

/// When a record is due that is to come as late after the first as it once did, `speed` times as
/// fast.
class OriginalTimes {
 public:
  OriginalTimes(double speed, Clock::Time began, int64_t first_timestamp_ms)
      : speed_(speed), began_(began), first_timestamp_ms_(first_timestamp_ms) {}

  /// One without a time, or of before the first, is due at once.
  Clock::Time due(int64_t timestamp_ms) const;

 private:
  double speed_;
  Clock::Time began_;
  int64_t first_timestamp_ms_;
};

}  // namespace kt::replay
