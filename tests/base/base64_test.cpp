// Base64 by the vectors of RFC 4648, and UUIDs as Kafka writes them.
#include "base/base64.h"

#include <doctest/doctest.h>

#include "base/uuid.h"

using namespace kt;

TEST_CASE("base64 is that of RFC 4648") {
  CHECK(base64("") == "");
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("foobar") == "Zm9vYmFy");
  CHECK(base64url("\xfb\xff") == "-_8");
}

TEST_CASE("both alphabets are read, padded or not; nothing else is") {
  CHECK(parse_base64("Zm8=") == "fo");
  CHECK(parse_base64("Zm8") == "fo");
  CHECK(parse_base64("-_8") == "\xfb\xff");
  CHECK(parse_base64("+/8=") == "\xfb\xff");
  CHECK(!parse_base64("Z"));
  CHECK(!parse_base64("Zm=8"));
  CHECK(!parse_base64("Zm 8"));
  CHECK(!parse_base64("Zg="));
}

TEST_CASE("a UUID is 22 characters of base64url") {
  CHECK(Uuid{}.text() == "AAAAAAAAAAAAAAAAAAAAAA");
  auto uuid = Uuid::parse("AAAAAAAAAAAAAAAAAAAAAQ");
  REQUIRE(uuid);
  CHECK(uuid->bytes[15] == 1);
  CHECK(!uuid->is_zero());
  CHECK(!Uuid::parse("AAAA"));
  CHECK(!Uuid::parse("not a uuid at all, no!"));
}
