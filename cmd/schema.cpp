#include "base/text.h"
#include "cli/context.h"
#include "cli/help.h"

namespace kt {
namespace {

class PrintSchema : public Invocation {
  std::vector<std::string> words_;

  std::vector<Argument> arguments() override {
    return {{"COMMAND...", "", "The words of a command", &words_, Complete::commands}};
  }

  Exit run(Context& context) override {
    auto spoken = join(words_, " ");
    const auto& command = named_command(*context.commands, spoken);
    if (command.rows.name.empty()) throw Error("kt " + spoken + " prints no rows", Exit::usage);
    context.out.write(json_schema(command.rows, "kt " + spoken));
    return Exit::ok;
  }
};

}  // namespace

extern const Command schema;
const Command schema{
    .words = "schema",
    .summary = "Print the JSON Schema of a command's -o json",
    .examples = {{"kt schema context list", "keys, types and meaning of its JSON"}},
    .connects = false,
    .make = make<PrintSchema>,
};

}  // namespace kt
