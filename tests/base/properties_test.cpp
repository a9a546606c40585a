#include "base/properties.h"

#include <doctest/doctest.h>

#include "base/asked_keys.h"

using Entries = std::vector<std::pair<std::string, std::string>>;
using kt::parse_properties;

TEST_CASE("properties have keys, values, comments and three separators") {
  CHECK(parse_properties("# c\n! c\na=1\nb : 2\nc 3\n\n  d = e = f \n") ==
        Entries{{"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", "e = f "}});
  CHECK(parse_properties("key\nother=") == Entries{{"key", ""}, {"other", ""}});
}

TEST_CASE("properties continue over lines, from Windows too") {
  CHECK(parse_properties("\xef\xbb\xbfservers=a:1,\\\r\n    b:2\r\nnext=1\r\n") ==
        Entries{{"servers", "a:1,b:2"}, {"next", "1"}});
  CHECK(parse_properties("path=C:\\\\\nnext=1") == Entries{{"path", "C:\\"}, {"next", "1"}});
  CHECK(parse_properties("a=1\\") == Entries{{"a", "1"}});
}

TEST_CASE("properties hold any character") {
  CHECK(parse_properties("a=\\u00fc\\u20ac\\ud83d\\ude00") == Entries{{"a", "ü€😀"}});
  CHECK(parse_properties("a=\xfc") == Entries{{"a", "ü"}});
  CHECK(parse_properties("a\\=b=\\t\\q\\u12") == Entries{{"a=b", "\tqu12"}});
}

TEST_CASE("keys that nothing has asked for are told") {
  const Entries entries = {{"unit.b", "1"}, {"unit.c", ""}, {"unit.a", "2"}, {"unit.b", "3"}};
  CHECK(kt::never_asked(entries) == std::vector<std::string>{"unit.a", "unit.b", "unit.c"});
  CHECK(*kt::last_value(entries, {"unit.b", "unit.none"}) == "3");
  kt::last_value({}, {"unit.c"});
  CHECK(kt::never_asked(entries) == std::vector<std::string>{"unit.a"});
}
