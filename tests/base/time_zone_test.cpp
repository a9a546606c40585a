#include "base/time_zone.h"

#include <doctest/doctest.h>

#include "base/error.h"

using kt::TimeZone;

namespace {

constexpr int64_t kHour = 3'600'000;

}  // namespace

TEST_CASE("a zone is UTC, an offset, or a name that the machine knows") {
  constexpr int64_t kNoon = 1'795'521'600'000;  // date -ud '2026-11-24 12:00' +%s
  CHECK(TimeZone("UTC").to_utc(kNoon) == kNoon);
  CHECK(TimeZone("Z").to_utc(kNoon) == kNoon);
  CHECK(TimeZone("+01:00").to_utc(kNoon) == kNoon - kHour);
  CHECK(TimeZone("-0330").to_utc(kNoon) == kNoon + 7 * kHour / 2);
  for (const char* wrong : {"", "Nowhere/Land", "../../etc/passwd", "/etc/localtime", "+1",
                            "+99:00", "+01:60", "+ab:cd"})
    CHECK_THROWS_AS(TimeZone{wrong}, kt::Error);
}

TEST_CASE("clocks that go forward and back") {
  TimeZone berlin("Europe/Berlin");  // date -ud for all of these
  CHECK(berlin.to_utc(1'782'993'600'000) == 1'782'993'600'000 - 2 * kHour);  // 2026-07-02 12:00
  CHECK(berlin.to_utc(1'795'521'600'000) == 1'795'521'600'000 - kHour);      // 2026-11-24 12:00
  constexpr int64_t kTwice = 1'792'895'400'000;                              // 2026-10-25 02:30
  CHECK(berlin.to_utc(kTwice) == kTwice - 2 * kHour);
  CHECK(berlin.to_utc(kTwice, kTwice - 2 * kHour) == kTwice - 2 * kHour);
  CHECK(berlin.to_utc(kTwice, kTwice - 2 * kHour + 1) == kTwice - kHour);
  TimeZone dublin("Europe/Dublin");               // whose winter time counts as daylight saving
  constexpr int64_t kOneThirty = kTwice - kHour;  // clocks go back at 02:00
  CHECK(dublin.to_utc(kOneThirty) == kOneThirty - kHour);
  CHECK(dublin.to_utc(kOneThirty, kOneThirty) == kOneThirty);
}
