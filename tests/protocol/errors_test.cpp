// Error codes have names, meanings, and say whether to try again.
#include "protocol/errors.h"

#include <doctest/doctest.h>

using namespace kt;

TEST_CASE("a code has a name, a meaning and says whether to retry") {
  CHECK(error_name(16) == "NOT_COORDINATOR");
  CHECK(error_retriable(16));
  CHECK(error_name(-1) == "UNKNOWN_SERVER_ERROR");
  CHECK(error_name(133) == "SHARE_SESSION_LIMIT_REACHED");
  CHECK_FALSE(error_retriable(36));
  CHECK(static_cast<int16_t>(ErrorCode::topic_already_exists) == 36);
  CHECK(error_text(36) == "TOPIC_ALREADY_EXISTS: the topic exists already");
  CHECK(error_text(36, "Topic 't' already exists.") ==
        "TOPIC_ALREADY_EXISTS: Topic 't' already exists.");
}

TEST_CASE("a code from the future keeps its number") {
  CHECK(error_name(134) == "UNKNOWN_ERROR_134");
  CHECK(error_name(-2) == "UNKNOWN_ERROR_-2");
  CHECK(error_text(999) == "UNKNOWN_ERROR_999");
}
