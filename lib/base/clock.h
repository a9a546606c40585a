// Time behind a seam, so that tests need no sleeps, and deadlines: a point in time that a whole job
// shares.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace kt {

using Milliseconds = std::chrono::milliseconds;

class Clock {
 public:
  using Time = std::chrono::steady_clock::time_point;

  virtual ~Clock() = default;
  /// Monotonic time, for deadlines and durations.
  virtual Time now() const = 0;
  /// Milliseconds since 1970 in UTC, as records carry them.
  virtual int64_t wall_ms() const = 0;
  virtual void sleep(Milliseconds duration) = 0;

  /// The machine's own clock.
  static Clock& system();
};

/// A clock that moves only when told to, or when somebody sleeps on it.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(int64_t wall_ms = 0) : wall_ms_(wall_ms) {}

  Time now() const override { return now_; }
  int64_t wall_ms() const override { return wall_ms_; }
  void sleep(Milliseconds duration) override { advance(duration); }
  void advance(Milliseconds duration) {
    now_ += duration;
    wall_ms_ += duration.count();
  }

 private:
  Time now_{};
  int64_t wall_ms_;
};

/// The time by which something must be done; passed down by value through everything that waits.
class Deadline {
 public:
  explicit Deadline(Milliseconds from_now, Clock& clock = Clock::system())
      : clock_(&clock), at_(clock.now() + from_now) {}
  static Deadline never() { return Deadline(Clock::Time::max()); }

  bool is_never() const { return at_ == Clock::Time::max(); }
  bool expired() const { return !is_never() && clock_->now() >= at_; }
  /// What is left, rounded up to whole milliseconds; never below zero.
  Milliseconds remaining() const {
    if (is_never()) return Milliseconds::max();
    return std::max(std::chrono::ceil<Milliseconds>(at_ - clock_->now()), Milliseconds(0));
  }
  /// What is left as poll(2) wants it: -1 for ever.
  int poll_timeout_ms() const {
    if (is_never()) return -1;
    return static_cast<int>(std::min<int64_t>(remaining().count(), 1'000'000'000));
  }
  /// This deadline, or `from_now` where that comes earlier.
  Deadline sooner(Milliseconds from_now) const {
    Deadline earlier = *this;
    earlier.at_ = std::min(at_, clock_->now() + from_now);
    return earlier;
  }
  Clock::Time time() const { return at_; }

 private:
  explicit Deadline(Clock::Time at) : clock_(&Clock::system()), at_(at) {}

  Clock* clock_;
  Clock::Time at_;
};

}  // namespace kt
