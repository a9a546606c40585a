#include "jmx/java_date.h"

#include <doctest/doctest.h>

#include "base/error.h"

using namespace kt;

// Expected by the documentation of java.text.SimpleDateFormat.
TEST_CASE("times by Java's patterns") {
  constexpr int64_t kTime = 1'763'805'845'007;  // 2025-11-22T10:04:05.007Z, a Saturday
  auto text = [](std::string_view pattern) { return format_java_date(pattern, kTime, true); };
  CHECK(text("yyyy-MM-dd'T'HH:mm:ss.SSSX") == "2025-11-22T10:04:05.007Z");
  CHECK(text("EEE, d MMM yyyy HH:mm:ss Z") == "Sat, 22 Nov 2025 10:04:05 +0000");
  CHECK(text("EEEE, MMMM d, yy h:m:s a") == "Saturday, November 22, 25 10:4:5 AM");
  CHECK(text("hh 'o''clock' D kk") == "10 o'clock 326 10");
  CHECK(text("yyMMddHHmmssSSS") == "251122100405007");
  CHECK_THROWS_AS(text("yyyy-qq"), Error);
  CHECK_THROWS_AS(text("yyyy 'x"), Error);
}
