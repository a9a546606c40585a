#include "base/time.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <ctime>

#include "base/clock.h"
#include "base/error.h"
#include "base/position.h"

using namespace kt;

namespace {

/// The machine's zone for as long as it lives.
struct Zone {
  explicit Zone(const char* name) {
    setenv("TZ", name, 1);
    tzset();
  }
  ~Zone() {
    unsetenv("TZ");
    tzset();
  }
};

}  // namespace

TEST_CASE("a time with a zone is exact, one without is local") {
  // date -u -d 2026-11-22T10:00:00Z +%s prints 1795341600.
  CHECK(parse_time("2026-11-22T10:00:00Z") == 1'795'341'600'000);
  CHECK(parse_time("2026-11-22T11:00+01:00") == 1'795'341'600'000);
  CHECK(parse_time("2026-11-22T04:30:00.250-0530") == 1'795'341'600'250);
  CHECK(parse_time("1795341600000") == 1'795'341'600'000);
  Zone zone("CET-1CEST,M3.5.0,M10.5.0/3");
  CHECK(parse_time("2026-11-22 11:00") == 1'795'341'600'000);
  CHECK(parse_time("2026-11-22") == 1'795'302'000'000);
  CHECK(format_local(1'795'341'600'250) == "2026-11-22 11:00:00.250");
  CHECK(format_utc(1'795'341'600'250) == "2026-11-22T10:00:00.250Z");
  CHECK(local_zone_name() == "CET");
}

TEST_CASE("times before 1970 keep their milliseconds") {
  CHECK(format_utc(-1) == "1969-12-31T23:59:59.999Z");
  CHECK(parse_time("1969-12-31T23:59:59.999Z") == -1);
}

TEST_CASE("what is no time is refused") {
  for (auto wrong :
       {"", "tomorrow", "2026-13-01", "2026-02-30", "2026-11-22T25:00Z", "2026-11-22T10:00:00X",
        "2026-11-22T10:00:00+99:00", "2026-11-22T10", "-1", "-1x", "2026-11-22T10:00:00.Z"}) {
    CAPTURE(wrong);
    CHECK_THROWS_AS(parse_time(wrong), Error);
  }
}

TEST_CASE("positions: names, offsets, counts from either end, times") {
  using K = Position::Kind;
  CHECK(parse_position("earliest") == Position{K::earliest, 0});
  CHECK(parse_position("latest") == Position{K::latest, 0});
  CHECK(parse_position("010") == Position{K::offset, 10});
  CHECK(parse_position("+5") == Position{K::after_earliest, 5});
  CHECK(parse_position("-5") == Position{K::before_latest, 5});
  CHECK(parse_position("@2026-11-22T10:00:00Z") == Position{K::timestamp, 1'795'341'600'000});
  auto hour_ago = parse_position("@-1h");
  CHECK(hour_ago.kind == K::timestamp);
  CHECK(std::abs(Clock::system().wall_ms() - 3'600'000 - hour_ago.value) < 60'000);
  for (auto text : {"earliest", "latest", "1200", "+5", "-5", "@2026-11-22T10:00:00.000Z"})
    CHECK(format_position(parse_position(text)) == text);
  for (auto wrong : {"", "+", "-", "--5", "+-5", "@", "5x", "EARLIEST!", "9223372036854775808"}) {
    CAPTURE(wrong);
    CHECK_THROWS_AS(parse_position(wrong), Error);
  }
}

TEST_CASE("selections of numbers keep their order and each number once") {
  CHECK(parse_selection("0,3-5,4").numbers() == std::vector<int32_t>{0, 3, 4, 5});
  CHECK(parse_selection("2147483647").numbers() == std::vector<int32_t>{INT32_MAX});
  CHECK(parse_selection("2147483646-2147483647").numbers().size() == 2);
  CHECK(Selection{}.contains(17));
  CHECK_FALSE(parse_selection("1").contains(17));
  CHECK(format_selection(parse_selection("0, 3-5")) == "0,3-5");
  for (auto wrong : {"", ",", "1,", "5-3", "-1", "1-", "a", "0-1000000", "2147483648"}) {
    CAPTURE(wrong);
    CHECK_THROWS_AS(parse_selection(wrong), Error);
  }
}
