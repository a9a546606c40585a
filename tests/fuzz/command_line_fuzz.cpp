// Words as a shell hands them over: parsing and completion end in a value or a usage error, nothing
// else.
#include <cstdint>
#include <string>

#include "base/error.h"
#include "base/text.h"
#include "cli/complete.h"
#include "cli/help.h"
#include "cli/parse.h"
#include "cli/settings.h"

namespace {

using namespace kt;

class Everything : public Invocation {
  std::vector<std::string> names_, command_, properties_;
  std::string target_, codec_;
  int partitions_ = 1;
  std::optional<Position> start_;
  Selection partition_;
  Size size_;
  bool wait_ = false;

 public:
  std::vector<Argument> arguments() override {
    return {{"TOPIC...", "", "", &names_, Complete::commands},
            {"[TARGET]", "", "", &target_, Complete::directories},
            {"[-- COMMAND...]", "", "", &command_},
            {"-p,--partitions", "N", "", &partitions_},
            {"--start", "POSITION", "", &start_},
            {"--partition", "N,N-N", "", &partition_},
            {"-s,--set", "NAME=VALUE", "", &properties_},
            {"--size", "SIZE", "", &size_},
            {"--codec", "NAME", "", &codec_, Complete::none, {"none", "gzip"}},
            {"-w,--wait", "", "", &wait_}};
  }
  Exit run(Context&) override { return Exit::ok; }
};

const Command kCreate{
    .words = "topic create", .summary = "x", .destroys = true, .make = make<Everything>};
const Command kConsume{
    .words = "consume", .summary = "x", .formats = {"raw"}, .make = make<Everything>};
const CommandList kCommands = {&kCreate, &kConsume};

void parse(const std::vector<std::string>& words) {
  SharedFlags flags;
  auto shared = flags.arguments(nullptr);
  auto found = find_command(kCommands, shared, words);
  if (!found.command) {
    named_command(kCommands, join(found.words, " "));
    return;
  }
  auto invocation = found.command->make();
  auto arguments = invocation->arguments();
  for (auto& argument : flags.arguments(found.command)) arguments.push_back(std::move(argument));
  Parser parser(arguments);
  parser.parse(found.rest);
  parser.finish();
  resolve(flags, *found.command);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::vector<std::string> words;
  for (auto word : split({reinterpret_cast<const char*>(data), size}, '\n')) {
    if (word == "-") return 0;  // would read names from stdin
    words.emplace_back(word);
  }
  try {
    parse(words);
  } catch (const Error& error) {
    if (error.exit() != Exit::usage) __builtin_trap();
  }
  try {
    format_completion(complete(kCommands, words, {}));
  } catch (const Error&) {
  }
  return 0;
}
