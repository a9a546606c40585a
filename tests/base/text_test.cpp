#include "base/text.h"

#include <doctest/doctest.h>

#include <clocale>

#include "base/utf8.h"

using namespace kt;

TEST_CASE("integers are decimal whatever they begin with, and ignore the locale") {
  std::setlocale(LC_ALL, "de_DE.UTF-8");
  int64_t value = 0;
  CHECK(parse_int64("010", value));
  CHECK(value == 10);
  CHECK(parse_int64("-9223372036854775808", value));
  CHECK(value == INT64_MIN);
  CHECK(parse_int64("+7", value));
  CHECK(value == 7);
  for (auto wrong :
       {"", "+", "-", "0x10", "1e3", "9223372036854775808", " 1", "1 ", "1.000", "+-1", "--1"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_int64(wrong, value));
  }
  std::setlocale(LC_ALL, "C");
}

TEST_CASE("a mistyped name finds the one that was meant, a foreign one finds none") {
  std::vector<std::string> topics = {"orders", "payments", "list"};
  CHECK(did_you_mean("ordres", topics) == " (did you mean \"orders\"?)");
  CHECK(did_you_mean("Orders", topics) == " (did you mean \"orders\"?)");
  CHECK(did_you_mean("lst", topics) == " (did you mean \"list\"?)");
  CHECK(did_you_mean("clicks", topics) == "");
  CHECK(did_you_mean("", topics) == "");
  CHECK(did_you_mean(std::string(100'000, 'x'), topics) == "");
}

TEST_CASE("what a terminal would obey is escaped, what it can show is kept") {
  CHECK(escape_for_terminal("grün 東京") == "grün 東京");
  CHECK(escape_for_terminal("a\x1b[31mb\n\t\r") == "a\\x1b[31mb\\n\\t\\r");
  CHECK(escape_for_terminal("\xff\xc3") == "\\xff\\xc3");
  CHECK(escape_for_terminal("a\u202eb\u2066") == "a\\u202eb\\u2066");
  CHECK(escape_for_terminal("\u0085") == "\\u0085");
  CHECK(escape_for_terminal(std::string_view("\0", 1)) == "\\x00");
}

TEST_CASE("overlong forms, surrogates and cut sequences are not UTF-8") {
  CHECK(is_utf8("plain"));
  CHECK(is_utf8("\xf0\x9f\x98\x80"));
  for (auto wrong : {"\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82",
                     "\x80", "\xfe"}) {
    CAPTURE(wrong);
    CHECK_FALSE(is_utf8(wrong));
  }
}

TEST_CASE("display width counts wide characters twice and combining ones not at all") {
  CHECK(display_width("abc") == 3);
  CHECK(display_width("東京") == 4);
  CHECK(display_width("e\u0301") == 1);
  CHECK(display_width("\U0001f600") == 2);
  CHECK(display_width("ｱ") == 1);
  CHECK(display_width("") == 0);
}

TEST_CASE("to_utf16 has Java's characters: a pair beyond U+FFFF") {
  CHECK(to_utf16("") == u"");
  CHECK(to_utf16("a\u00e9\u20ac") == u"a\u00e9\u20ac");
  CHECK(to_utf16("\U0001f600") ==
        std::u16string{char16_t{0xd83d}, char16_t{0xde00}});  // Unicode's own
  CHECK_NOTHROW(to_utf16("\xf0\x9f"));
}
