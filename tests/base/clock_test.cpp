#include "base/clock.h"

#include <doctest/doctest.h>

using kt::Deadline;
using kt::FakeClock;
using kt::Milliseconds;

TEST_CASE("a deadline counts down with its clock and stays expired") {
  FakeClock clock;
  Deadline deadline(Milliseconds(100), clock);
  clock.advance(Milliseconds(99));
  CHECK(deadline.remaining() == Milliseconds(1));
  CHECK_FALSE(deadline.expired());
  clock.advance(Milliseconds(5));
  CHECK(deadline.remaining() == Milliseconds(0));
  CHECK(deadline.expired());
}

TEST_CASE("sooner never outlives the deadline it comes from") {
  FakeClock clock;
  Deadline deadline(Milliseconds(100), clock);
  CHECK(deadline.sooner(Milliseconds(40)).remaining() == Milliseconds(40));
  CHECK(deadline.sooner(Milliseconds(400)).remaining() == Milliseconds(100));
}

TEST_CASE("a deadline of never does not expire and polls for ever") {
  CHECK_FALSE(Deadline::never().expired());
  CHECK(Deadline::never().poll_timeout_ms() == -1);
  CHECK(Deadline::never().sooner(Milliseconds(0)).expired());
}
