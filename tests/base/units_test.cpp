#include "base/units.h"

#include <doctest/doctest.h>

#include "base/error.h"

using namespace kt;
using std::chrono::milliseconds;

TEST_CASE("durations read units largest first and refuse everything else") {
  CHECK(parse_duration("250ms") == milliseconds(250));
  CHECK(parse_duration("1h30m") == milliseconds(5'400'000));
  CHECK(parse_duration("7d") == milliseconds(604'800'000));
  CHECK(parse_duration("1.5s") == milliseconds(1500));
  CHECK(parse_duration("0") == milliseconds(0));
  CHECK(parse_duration("010s") == milliseconds(10'000));
  for (auto wrong : {"", "5", "5x", "-5s", "1m1h", "1s1s", "s", "1.0001s", "5 s",
                     "99999999999999999d", "1..5s", "0x5s"}) {
    CAPTURE(wrong);
    CHECK_THROWS_AS(parse_duration(wrong), Error);
  }
}

TEST_CASE("durations are printed so that they read back") {
  CHECK(format_duration(milliseconds(5'400'000)) == "1h30m");
  CHECK(format_duration(milliseconds(0)) == "0s");
  CHECK(format_duration(milliseconds(90'061'001)) == "1d1h1m1s1ms");
  CHECK(parse_duration(format_duration(milliseconds(90'061'001))) == milliseconds(90'061'001));
}

TEST_CASE("sizes tell 1000 from 1024") {
  CHECK(parse_size("512KiB").bytes == 524'288);
  CHECK(parse_size("1GiB").bytes == 1'073'741'824);
  CHECK(parse_size("10MB").bytes == 10'000'000);
  CHECK(parse_size("4096").bytes == 4096);
  CHECK(parse_size("1.5KiB").bytes == 1536);
  CHECK(parse_size("10mb").bytes == 10'000'000);
  for (auto wrong : {"", "KiB", "-1", "1K", "1.3B", "1 KiB", "9999999PiB", "1e3"}) {
    CAPTURE(wrong);
    CHECK_THROWS_AS(parse_size(wrong), Error);
  }
}

TEST_CASE("sizes for eyes have three digits at most") {
  CHECK(format_size(17) == "17 B");
  CHECK(format_size(1536) == "1.5 KiB");
  CHECK(format_size(327'155'712) == "312 MiB");
  CHECK(format_size(1023) == "1.0 KiB");
  CHECK(exact_size(524'288) == "512KiB");
  CHECK(exact_size(1000) == "1000");
  CHECK(exact_size(0) == "0");
}
