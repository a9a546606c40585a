// A time zone by name, for wall-clock times that others wrote down.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kt {

/// Reads times through the process's TZ: for one thread, while no other looks at local times.
class TimeZone {
 public:
  /// The machine's own zone.
  TimeZone() = default;
  /// `UTC`, `Z`, `+01:00`, `Europe/Berlin`. Throws a usage error for a name that is no zone here.
  explicit TimeZone(std::string_view name);

  /// Milliseconds since 1970 in UTC of a wall-clock time counted as if it were UTC. An hour that
  /// comes twice, where clocks are set back, is the first one whose time is not before
  /// `not_before`.
  int64_t to_utc(int64_t local_ms, int64_t not_before = INT64_MIN) const;

 private:
  void look_up(int64_t block) const;

  std::string variable_;  ///< what TZ must be; empty for the machine's own
  bool is_fixed_ = false;
  mutable int64_t offset_ms_ = 0, later_offset_ms_ = 0;  ///< east of UTC
  mutable int64_t block_ = INT64_MIN;  ///< the quarter of an hour that the offsets are of
};

}  // namespace kt
