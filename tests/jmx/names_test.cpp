#include <doctest/doctest.h>

#include "base/error.h"
#include "jmx/aliases.h"
#include "jmx/object_name.h"

using namespace kt;
using namespace kt::jmx;

TEST_CASE("quotes around parts of a name say nothing") {
  auto name = ObjectName::parse(R"("kafka.server":type="ReplicaManager",name="a,b=\"c\"")");
  CHECK(name.domain == "kafka.server");
  CHECK(*name.property("name") == "a,b=\"c\"");
  CHECK(NamePattern("kafka.server:type=ReplicaManager,name=*")
            .matches(R"("kafka.server":type="ReplicaManager",name="LeaderCount")"));
}

TEST_CASE("patterns are Java's: all keys must be there, unless a star is one") {
  const char* log = "kafka.log:type=Log,name=Size,topic=orders,partition=0";
  CHECK_FALSE(NamePattern("kafka.log:type=Log,name=Size").matches(log));
  CHECK(NamePattern("kafka.log:type=Log,name=Size,*").matches(log));
  CHECK(NamePattern("kafka.log:*").matches(log));
  CHECK(NamePattern("*:*").matches(log));
  // The order of keys is nobody's business.
  CHECK(NamePattern("kafka.l?g:partition=0,topic=ord*,name=Size,type=Log").matches(log));
  CHECK_FALSE(NamePattern("kafka.log:type=Log,*,partition=1").matches(log));
  CHECK(NamePattern("topic=orders").matches(log));
  CHECK(NamePattern("log*orders").matches(log));
  CHECK_FALSE(NamePattern("payments").matches(log));
}

TEST_CASE("what is no name is refused") {
  for (auto text : {":", "a:", "a:b", "a:b=c,", "a:=c", "a:b=\"c\"d"})
    CHECK_THROWS_AS(ObjectName::parse(text), Error);
}

TEST_CASE("many stars do not make a match long") {
  std::string stars, text(20'000, 'a');
  for (int i = 0; i < 100; ++i) stars += "*a";
  CHECK_FALSE(glob_matches(stars + "b", text));
}

TEST_CASE("every short name has patterns that can be read, and says what it shows") {
  CHECK(aliases().size() > 20);
  for (const auto& alias : aliases()) {
    CAPTURE(alias.name);
    CHECK(find_alias(alias.name) == &alias);
    CHECK_FALSE(alias.attributes.empty());
    for (auto pattern : alias.patterns) CHECK_NOTHROW(NamePattern{pattern});
  }
  CHECK(find_alias("messages") == nullptr);
}
