// The runner of .case files held against itself: what it reads, what it matches, and that it can
// fail.
#include "support/cases/case_file.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "support/cases/process.h"

using namespace kt::test;

TEST_CASE("a case is guards, commands and what they print") {
  auto parsed = parse_case("x.case",
                           "# What it shows.\nsince 0.10.1\nuntil 3.9\nbrokers 3\n\n"
                           "$ cat <<END\n> a\n> END\na\n\n"
                           "# a remark\n~ kt topic list\nfirst\n\n# not a remark? it is\n"
                           "% kafka-topics --list\n! oops\n? 2\n\\$ literal\n");
  CHECK(parsed.since == "0.10.1");
  CHECK(parsed.until == "3.9");
  CHECK(parsed.brokers == std::vector{3});
  CHECK_FALSE(parsed.apart);
  REQUIRE(parsed.steps.size() == 3);
  CHECK(parsed.steps[0].command == "cat <<END\na\nEND");
  CHECK(parsed.steps[0].output == Lines{"a"});
  CHECK(parsed.steps[1].kind == Step::Kind::eventually);
  CHECK(parsed.steps[1].output == Lines{"first"});
  CHECK(parsed.steps[2].kind == Step::Kind::java);
  CHECK(parsed.steps[2].errors == Lines{"oops"});
  CHECK(parsed.steps[2].exit == 2);
  CHECK(matches(parsed.steps[2].output, {"$ literal"}));
}

TEST_CASE("a case may ask for clusters of two sizes or for one of its own, and say what it shows") {
  auto parsed = parse_case("x.case",
                           "brokers 1 3\napart\n$ a\none\n@ topic create\n$ kt topic create x\n"
                           "done\n\n@ check\n~ kt check\n");
  CHECK(parsed.brokers == std::vector{1, 3});
  CHECK(parsed.apart);
  REQUIRE(parsed.steps.size() == 3);
  CHECK(parsed.steps[0].output == Lines{"one"});
  CHECK(parsed.steps[0].shows.empty());
  CHECK(parsed.steps[1].shows == "topic create");
  CHECK(parsed.steps[1].output == Lines{"done"});
  CHECK(parsed.steps[2].shows == "check");
}

TEST_CASE("blank lines inside expected output count, those before the next command do not") {
  auto parsed = parse_case("x.case", "$ a\none\n\ntwo\n\n\n$ b\n");
  CHECK(parsed.steps[0].output == Lines{"one", "", "two"});
  CHECK(parsed.steps[1].output.empty());
}

TEST_CASE("a line that is neither guard nor command is an error with file and line") {
  CHECK_THROWS_WITH(parse_case("x.case", "# x\nsinc 0.9\n"),
                    "x.case:2: neither a guard nor a command: sinc 0.9");
  CHECK_THROWS_WITH(parse_case("x.case", "since new\n"), "x.case:1: not a release: new");
}

TEST_CASE("[..] stands for any text in a line and ... for any lines") {
  CHECK(matches({"a [..] c"}, {"a b c"}));
  CHECK(matches({"[..]"}, {""}));
  CHECK_FALSE(matches({"a [..] c"}, {"a b d"}));
  CHECK(matches({"...", "z"}, {"x", "y", "z"}));
  CHECK(matches({"a", "...", "b", "..."}, {"a", "b"}));
  CHECK_FALSE(matches({"a", "..."}, {}));
  CHECK_FALSE(matches({"a"}, {"a", "b"}));
  CHECK_FALSE(matches({}, {"a"}));
  CHECK(matches({"...", "b", "...", "c"}, {"b", "x", "b", "c"}));
}

TEST_CASE("a difference shows what was missing and what came instead") {
  CHECK(difference({"same", "wanted", "end"}, {"same", "got", "end"}) ==
        "     same\n    -wanted\n    +got\n     end\n");
}

TEST_CASE("guards compare releases by number") {
  Case wanted;
  wanted.since = "0.10.1";
  CHECK_FALSE(reason_to_skip(wanted, "0.10.2.2", true));
  CHECK_FALSE(reason_to_skip(wanted, "2.8.2", false));
  CHECK(reason_to_skip(wanted, "0.9.0.1", true) == "needs 0.10.1");
  wanted.until = "3.9";
  CHECK_FALSE(reason_to_skip(wanted, "3.9.1", true));
  CHECK(reason_to_skip(wanted, "4.3.0", true) == "ended with 3.9");
  wanted = {};
  wanted.only = "sandbox";
  CHECK(reason_to_skip(wanted, "4.3.0", true) == "for the sandbox only");
  CHECK_FALSE(reason_to_skip(wanted, "4.3.0", false));
}

TEST_CASE("a shell command gives both outputs and its exit code") {
  auto outcome =
      run_shell("echo out; echo \"$X\" >&2; exit 3", "/", {"X=err"}, std::chrono::seconds(10));
  CHECK(outcome.output == "out\n");
  CHECK(outcome.errors == "err\n");
  CHECK(outcome.exit == 3);
}

TEST_CASE("a command that hangs is killed with its children, and what it printed is kept") {
  auto started = std::chrono::steady_clock::now();
  auto outcome = run_shell("echo before; sleep 50 & sleep 50", "/", {"PATH=/usr/bin:/bin"},
                           std::chrono::seconds(1));
  CHECK(outcome.exit == 124);
  CHECK(outcome.output == "before\n");
  CHECK(std::chrono::steady_clock::now() - started < std::chrono::seconds(10));
}
