#include <doctest/doctest.h>
#include <fmt/format.h>

TEST_CASE("fmt is linked into base: integers, strings and shortest floating point") {
  CHECK(fmt::format("{:>5}|{}|{}|{:.2f}", 42, "x", 0.1, 2.0) == "   42|x|0.1|2.00");
}
