// All examples of all commands, for the test that runs them.
#include "cli/context.h"

namespace kt {
namespace {

class ListExamples : public Invocation {
  std::vector<Argument> arguments() override { return {}; }

  Exit run(Context& context) override {
    for (auto command : *context.commands)
      for (const auto& example : command->examples)
        context.report().row({command->words, command->streams, example.command});
    return Exit::ok;
  }
};

}  // namespace

extern const Command list_examples;
const Command list_examples{
    .words = "__examples",
    .summary = "List the examples of all commands",
    .rows = {"examples",
             {{"command", "COMMAND"},
              {"streams", "STREAMS", Kind::boolean},
              {"example", "EXAMPLE"}}},
    .connects = false,
    .hidden = true,
    .make = make<ListExamples>,
};

}  // namespace kt
