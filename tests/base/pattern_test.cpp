#include "base/pattern.h"

#include <doctest/doctest.h>

#include "base/error.h"

using kt::Pattern;

TEST_CASE("a pattern matches the whole name, every branch of it") {
  CHECK(Pattern("orders").matches("orders"));
  CHECK_FALSE(Pattern("orders").matches("orders-2"));
  CHECK_FALSE(Pattern("orders").matches("my-orders"));
  CHECK(Pattern("a|ab").matches("ab"));
  CHECK_FALSE(Pattern("a|ab").matches("abc"));
  CHECK(Pattern("app\\..*").matches("app.log"));
  CHECK_FALSE(Pattern("app\\..*").matches("apps"));
}

TEST_CASE("a broken pattern is wrong use and its fault is pointed at") {
  try {
    Pattern("orders-[0-9");
    FAIL("compiled");
  } catch (const kt::Error& error) {
    CHECK(error.exit() == kt::Exit::usage);
    CHECK(error.message().find("orders-[0-9") != std::string::npos);
    CHECK(error.message().find("character 12") != std::string::npos);
  }
}

TEST_CASE("a pattern that would run for hours ends with an error") {
  CHECK_THROWS_AS(Pattern("(a+)+.").matches(std::string(200, 'a') + "\n"), kt::Error);
}
