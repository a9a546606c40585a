#include "cli/context.h"
#include "cli/contexts.h"

namespace kt {
namespace {

class ContextShow : public Invocation {
  std::string name_;

  std::vector<Argument> arguments() override {
    return {{"[NAME]", "", "The context; the current one where none is named", &name_,
             Complete::contexts}};
  }

  Exit run(Context& context) override {
    auto contexts = load_contexts();
    if (name_.empty()) name_ = contexts.current;
    if (name_.empty())
      throw Error("no context is current", Exit::usage, "name one, or see kt context use");
    const auto& named = existing_context(contexts, name_);
    context.report().set("context", named.name);
    for (const auto& [key, value] : named.entries)
      context.report().row({key, key == "property" ? without_secret(value) : value});
    return Exit::ok;
  }
};

}  // namespace

extern const Command context_show;
const Command context_show{
    .words = "context show",
    .summary = "Show what a named cluster is made of",
    .text = "Values of properties that are passwords or secrets are shown as stars.",
    .examples = {{"kt context show local", "its keys and values"}},
    .rows = {"settings", {{"key", "KEY"}, {"value", "VALUE"}}, {{"context", ""}}},
    .connects = false,
    .make = make<ContextShow>,
};

}  // namespace kt
