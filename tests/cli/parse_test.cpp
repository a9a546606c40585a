#include "cli/parse.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "cli/settings.h"

using namespace kt;

namespace {

struct Create {
  std::vector<std::string> topics;
  int partitions = 1;
  std::optional<int> factor;
  std::string server, codec = "none";
  std::vector<std::string> properties;
  bool verbose = false, quiet = false;
  std::chrono::milliseconds timeout{30'000};
  Selection partition;

  std::vector<Argument> arguments() {
    return {{"TOPIC...", "", "", &topics},
            {"-p,--partitions", "N", "", &partitions},
            {"--replication-factor", "N", "", &factor},
            {"-b,--bootstrap-server", "HOST", "", &server},
            {"--codec", "NAME", "", &codec, {}, {"none", "gzip", "zstd"}},
            {"-X", "KEY=VALUE", "", &properties},
            {"-v,--verbose", "", "", &verbose},
            {"-q,--quiet", "", "", &quiet},
            {"--timeout", "DURATION", "", &timeout},
            {"--partition", "N,N-N", "", &partition}};
  }

  void parse(const std::vector<std::string>& words) {
    auto list = arguments();
    Parser parser(list);
    parser.parse(words);
    parser.finish();
  }
};

std::string refusal(const std::vector<std::string>& words) {
  try {
    Create().parse(words);
  } catch (const Error& error) {
    CHECK(error.exit() == Exit::usage);
    return error.message();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("values stay as typed: brackets, leading zeros, dashes, empty") {
  Create t;
  t.parse({"[a,b]", "-b", "[::1]", "-p", "010", "--codec=zstd", "list", "broker", "-5"});
  CHECK(t.topics == std::vector<std::string>{"[a,b]", "list", "broker", "-5"});
  CHECK(t.server == "[::1]");
  CHECK(t.partitions == 10);
  Create empty;
  empty.parse({"x", "--bootstrap-server=", "y"});
  CHECK(empty.server.empty());
  CHECK(empty.topics.size() == 2);
}

TEST_CASE("short flags bundle, and take their value joined, after = or as the next word") {
  Create t;
  t.parse({"-vqp3", "x", "-Xa=b", "-X", "c=d=e"});
  CHECK(t.verbose);
  CHECK(t.quiet);
  CHECK(t.partitions == 3);
  CHECK(t.properties == std::vector<std::string>{"a=b", "c=d=e"});
  Create equals;
  equals.parse({"-p=4", "x"});
  CHECK(equals.partitions == 4);
  Create negative;
  negative.parse({"-p", "-4", "x"});
  CHECK(negative.partitions == -4);
}

TEST_CASE("after -- everything is a name") {
  Create t;
  t.parse({"--", "--verbose", "-p", "--"});
  CHECK(t.topics == std::vector<std::string>{"--verbose", "-p", "--"});
}

TEST_CASE("mistakes name the flag, the value and the nearest right one") {
  CHECK(refusal({"x", "--partition=2x"}) ==
        "--partition: \"2x\" is not a selection of numbers (such as 0,3-5)");
  CHECK(refusal({"x", "--partitons", "2"}) ==
        "unknown flag \"--partitons\" (did you mean \"--partitions\"?)");
  CHECK(refusal({"x", "-k"}) == "unknown flag \"-k\"");
  CHECK(refusal({"x", "-p"}) == "flag -p needs a value N");
  CHECK(refusal({"x", "-p", "ten"}) == "--partitions: \"ten\" is not a whole number");
  CHECK(refusal({"x", "-p", "3000000000"}) == "--partitions: \"3000000000\" is beyond 2147483647");
  CHECK(refusal({"x", "-p", "1", "-p", "2"}) == "--partitions: given twice");
  CHECK(refusal({"x", "--codec", "gzp"}) ==
        "--codec: \"gzp\" is none of none, gzip, zstd (did you mean \"gzip\"?)");
  CHECK(refusal({}) == "TOPIC is missing");
  CHECK(refusal({"x", "--verbose=maybe"}) == "--verbose: \"maybe\" is neither true nor false");
}

TEST_CASE(
    "a repeated name leaves the last ones to those after it; words after -- go to the command") {
  std::vector<std::string> sources, command;
  std::string target;
  std::vector<Argument> list = {{"SOURCE...", "", "", &sources},
                                {"TARGET", "", "", &target},
                                {"[-- COMMAND...]", "", "", &command}};
  std::vector<std::string> words = {"a", "b", "c", "--", "run", "-x"};
  Parser parser(list);
  parser.parse(words);
  parser.finish();
  CHECK(sources == std::vector<std::string>{"a", "b"});
  CHECK(target == "c");
  CHECK(command == std::vector<std::string>{"run", "-x"});
  Parser short_of(list);
  words = {"a"};
  short_of.parse(words);
  CHECK_THROWS_WITH(short_of.finish(), "TARGET is missing");
}

TEST_CASE("a command is found by its words, whatever its names are called") {
  const Command list{.words = "topic list"}, create{.words = "topic create"},
      consume{.words = "consume"};
  CommandList commands = {&list, &create, &consume};
  SharedFlags flags;
  auto shared = flags.arguments(nullptr);
  auto find = [&](std::vector<std::string> words) { return find_command(commands, shared, words); };
  CHECK(find({"topic", "create", "list"}).command == &create);
  CHECK(find({"consume", "list"}).rest == std::vector<std::string>{"list"});
  CHECK(find({"-b", "topic", "consume", "topic"}).command == &consume);
  CHECK(find({"-vb", "x", "topic", "-q", "list"}).command == &list);
  auto between = find({"-v", "topic", "--timeout", "5s", "list", "-q"});
  CHECK(between.command == &list);
  CHECK(between.rest == std::vector<std::string>{"-v", "--timeout", "5s", "-q"});
  CHECK(find({"topics", "list"}).command == nullptr);
  CHECK(find({"topics", "list"}).words == std::vector<std::string>{"topics", "list"});
  CHECK(find({}).command == nullptr);
}
