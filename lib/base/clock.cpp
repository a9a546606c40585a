#include "base/clock.h"

#include <thread>

namespace kt {
namespace {

class SystemClock final : public Clock {
 public:
  Time now() const override { return std::chrono::steady_clock::now(); }
  int64_t wall_ms() const override {
    auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<Milliseconds>(since_1970).count();
  }
  void sleep(Milliseconds duration) override { std::this_thread::sleep_for(duration); }
};

}  // namespace

Clock& Clock::system() {
  // Never destroyed: threads that nobody waits for look at it while the process ends.
  static auto& clock = *new SystemClock;
  return clock;
}

}  // namespace kt
