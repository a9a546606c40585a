#include "replay/pace.h"

#include <doctest/doctest.h>

using namespace kt;
using namespace kt::replay;

TEST_CASE("a throttle spreads records evenly, after a short burst at the start") {
  FakeClock clock;
  clock.advance(Milliseconds(1'000));
  Throttle throttle(100, 0, clock);
  auto first = throttle.take(1);
  for (int i = 0; i < 99; ++i) throttle.take(1);
  CHECK(throttle.take(1) - first == Milliseconds(1'000));
  // What was not used is not saved up.
  clock.advance(Milliseconds(60'000));
  CHECK(throttle.take(1) >= clock.now() - Milliseconds(100));
}

TEST_CASE("of two limits the slower one holds") {
  FakeClock clock;
  Throttle throttle(1'000, 100, clock);
  auto first = throttle.take(50);
  CHECK(throttle.take(1) - first == Milliseconds(500));
}

TEST_CASE("records come as late after the first as they once did, so many times as fast") {
  Clock::Time began{};
  OriginalTimes times(2, began, 1'000);
  CHECK(times.due(1'000) == began);
  CHECK(times.due(3'000) == began + Milliseconds(1'000));
  CHECK(times.due(500) == began);
  CHECK(times.due(-1) == began);
  CHECK(OriginalTimes(0.5, began, 0).due(1'000) == began + Milliseconds(2'000));
  CHECK(OriginalTimes(1e-9, began, 0).due(INT64_MAX) > began);
}
