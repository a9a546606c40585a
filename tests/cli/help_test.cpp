#include "cli/help.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "cli/manual.h"
#include "cli/page.h"

using namespace kt;

namespace {

class Create : public Invocation {
  std::vector<std::string> topics_;
  int partitions_ = 1;
  std::string key_;

  std::vector<Argument> arguments() override {
    return {{"TOPIC...", "", "Topics to create", &topics_},
            {"-p,--partitions", "N", "Partitions of each", &partitions_},
            {"--key", "KEY", "A key", &key_, Complete::none, {}, {}, true}};
  }
  Exit run(Context&) override { return Exit::ok; }
};

const Command kCreate{.words = "topic create",
                      .summary = "Create topics",
                      .text = "First line\nsecond line.\n\n  verbatim 'x'\n  .dots",
                      .examples = {{"kt topic create \"a b\"", "one topic"}},
                      .exits = {{Exit::check, "not all there"}},
                      .destroys = true,
                      .make = make<Create>};
const CommandList kCommands = {&kCreate};

}  // namespace

TEST_CASE("help has synopsis, text, flags with defaults and environment, exit codes, examples") {
  auto text = command_page(kCreate, 80);
  for (auto part : {"Create topics.\n\n  kt topic create TOPIC... --key KEY [flags]\n",
                    "\nFirst line second line.\n", "\n  verbatim 'x'\n  .dots\n",
                    "-p, --partitions N  Partitions of each (default 1)\n", "A key (required)",
                    "[KT_BOOTSTRAP_SERVER]", "--yes", "--dry-run", "  3  not all there\n",
                    "  # one topic\n  kt topic create \"a b\"\n"}) {
    CAPTURE(part);
    CHECK(text.find(part) != std::string::npos);
  }
  for (size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1)
    CHECK(end - at <= 80);
}

TEST_CASE("a manual page escapes what roff would take for a request") {
  auto pages = manual_pages(kCommands);
  REQUIRE(pages.size() == 2);
  CHECK(pages[1].first == "kt-topic-create.1");
  CHECK(pages[1].second.find("\n  .dots\n") != std::string::npos);
  CHECK(pages[1].second.find(".B kt topic create \\(dqa b\\(dq\n") != std::string::npos);
  CHECK(pages[0].second.find("kt\\-topic\\-create (1)") != std::string::npos);
}

TEST_CASE("a mistyped command names the nearest") {
  CHECK_THROWS_WITH_AS(named_command(kCommands, "topic crate"),
                       "unknown command \"topic crate\" (did you mean \"topic create\"?)", Error);
  CHECK_THROWS_WITH_AS(help_page(kCommands, {"tpic"}, 80),
                       "unknown command \"tpic\" (did you mean \"topic\"?)", Error);
  CHECK(help_page(kCommands, {"topic"}, 80).starts_with("  kt topic create  Create topics\n"));
}
