#include "cli/complete.h"

#include <doctest/doctest.h>

#include "base/error.h"

using namespace kt;

namespace {

class Consume : public Invocation {
  std::string topic_, codec_;
  std::vector<std::string> others_;
  Selection partition_;
  std::string file_;
  bool wait_ = false;

  std::vector<Argument> arguments() override {
    return {{"TOPIC", "", "The topic", &topic_, Complete::topics},
            {"[OTHER...]", "", "More", &others_, Complete::groups},
            {"-p,--partition", "N", "Partitions", &partition_, Complete::partitions},
            {"--codec", "NAME", "Codec", &codec_, Complete::none, {"none", "gzip", "zstd"}},
            {"--file", "FILE", "A file", &file_, Complete::files},
            {"-w,--wait", "", "Wait", &wait_}};
  }
  Exit run(Context&) override { return Exit::ok; }
};

const Command kConsume{
    .words = "consume", .summary = "Read", .formats = {"raw"}, .make = make<Consume>};
const Command kTopicList{.words = "topic list", .summary = "List", .make = make<Consume>};
const Command kTopicCreate{.words = "topic create", .summary = "Create", .make = make<Consume>};
const Command kSecret{.words = "__secret", .hidden = true, .make = make<Consume>};
const CommandList kCommands = {&kTopicList, &kTopicCreate, &kConsume, &kSecret};

std::string asked_server, asked_topic;

std::vector<Candidate> cluster(Complete kind, const Settings& settings,
                               const std::vector<std::string>& names) {
  asked_server = settings.bootstrap_server;
  asked_topic = names.empty() ? "" : names[0];
  if (kind == Complete::topics)
    return {{"orders", "3 partitions"}, {"order:lines", ""}, {"evil\x1b[2J", ""}};
  if (kind == Complete::partitions) return {{"0", ""}, {"1", ""}};
  if (kind == Complete::groups) return {{"billing", ""}, {"audit", ""}};
  return {};
}

std::string offered(const std::vector<std::string>& words) {
  return format_completion(complete(kCommands, words, cluster));
}

}  // namespace

TEST_CASE("commands complete word by word, hidden ones never") {
  CHECK(offered({""}) == "topic\tlist, create\nconsume\tRead\n");
  CHECK(offered({"topic", "l"}) == "list\tList\n");
  CHECK(offered({"-v", "topic", "c"}) == "create\tCreate\n");
  CHECK(offered({"_"}) == "");
  CHECK(offered({}) == "topic\tlist, create\nconsume\tRead\n");
}

TEST_CASE(
    "names come from the cluster that the words so far name, what no terminal can show is left "
    "out") {
  CHECK(offered({"-b", "h:1", "consume", "or"}) == "orders\t3 partitions\norder:lines\t\n");
  CHECK(asked_server == "h:1");
  CHECK(offered({"consume", "orders", "--bootstrap-server=h:2", "-p", ""}) == "0\t\n1\t\n");
  CHECK(asked_server == "h:2");
  CHECK(asked_topic == "orders");
  CHECK(offered({"consume", "orders", "billing", ""}) == "audit\t\n");
}

TEST_CASE("flags, their values after a blank or =, and files complete") {
  CHECK(offered({"consume", "--wa"}) == "--wait\tWait\n");
  CHECK(offered({"consume", "--codec", "g"}) == "gzip\t\n");
  CHECK(offered({"consume", "--codec=z"}) == "--codec=zstd\t\n");
  CHECK(offered({"consume", "-o", "r"}) == "raw\t\n");
  CHECK(offered({"topic", "list", "-o", "r"}) == "");
  CHECK(offered({"consume", "--file", ""}) == ":files\n");
  CHECK(offered({"consume", "-wp", ""}) == "0\t\n1\t\n");
}

TEST_CASE("half-typed or wrong words are no error") {
  for (std::vector<std::string> words :
       {std::vector<std::string>{"consume", "--partition", "x", ""},
        {"nonsense", "x"},
        {"consume", "--", "-"},
        {"--timeout", ""},
        {"consume", "a", "b", "--codec"}})
    CHECK_NOTHROW(offered(words));
}

TEST_CASE("every shell has its script, and any other is refused") {
  for (auto shell : {"bash", "zsh", "fish"})
    CHECK(completion_script(shell).find("__complete") != std::string::npos);
  CHECK_THROWS_AS(completion_script("tcsh"), Error);
}
