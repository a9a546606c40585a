#include "cli/help.h"

#include "base/text.h"
#include "cli/context.h"

namespace kt {
namespace {

class Help : public Invocation {
  std::vector<std::string> words_;

  std::vector<Argument> arguments() override {
    return {{"[COMMAND...]", "", "A command, or its first word", &words_, Complete::commands}};
  }

  Exit run(Context& context) override {
    context.out.write(help_page(*context.commands, words_, context.out.columns()));
    return Exit::ok;
  }
};

}  // namespace

extern const Command help;
const Command help{
    .words = "help",
    .summary = "Tell about commands",
    .examples = {{"kt help", "all commands"}, {"kt help context list", "all about one"}},
    .connects = false,
    .make = make<Help>,
};

}  // namespace kt
