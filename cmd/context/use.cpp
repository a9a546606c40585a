#include "base/text.h"
#include "cli/context.h"
#include "cli/contexts.h"

namespace kt {
namespace {

class ContextUse : public Invocation {
  std::string name_;

  std::vector<Argument> arguments() override {
    return {{"NAME", "", "The context; - for none", &name_, Complete::contexts}};
  }

  Exit run(Context& context) override {
    auto contexts = load_contexts();
    contexts.current = name_ == "-" ? "" : existing_context(contexts, name_).name;
    if (!context.settings.dry_run) save_contexts(contexts);
    context.note(name_ == "-" ? "no context is current"
                              : "context " + in_quotes(name_) + " is current");
    return Exit::ok;
  }
};

}  // namespace

extern const Command context_use;
const Command context_use{
    .words = "context use",
    .summary = "Make a named cluster the current one",
    .text = "Commands use the current context unless --context or KT_CONTEXT names another.",
    .examples = {{"kt context use local", "all commands now speak to that cluster"},
                 {"kt context use -", "and now to none"}},
    .connects = false,
    .changes = true,
    .make = make<ContextUse>,
};

}  // namespace kt
