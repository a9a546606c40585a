#include "base/base64.h"

#include <doctest/doctest.h>

#include <string>

TEST_CASE("base64: the test vectors of RFC 4648, both ways") {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (auto [plain, text] : vectors) {
    CHECK(kt::base64(plain) == text);
    CHECK(kt::parse_base64(text) == plain);
  }
  CHECK(kt::base64url("\xfb\xff") == "-_8");
  CHECK(kt::parse_base64("-_8") == "\xfb\xff");
}

TEST_CASE("base64: text that is none is refused") {
  for (const char* text : {"A", "Zg=", "Zg===", "Z*==", "Zm9vYmFyA", "Zm 9v"}) {
    CAPTURE(text);
    CHECK_FALSE(kt::parse_base64(text).has_value());
  }
}
