#include "base/text.h"
#include "cli/context.h"
#include "cli/contexts.h"

namespace kt {
namespace {

class ContextDelete : public Invocation {
  std::string name_;

  std::vector<Argument> arguments() override {
    return {{"NAME", "", "The context", &name_, Complete::contexts}};
  }

  Exit run(Context& context) override {
    auto contexts = load_contexts();
    existing_context(contexts, name_);
    std::erase_if(contexts.list, [&](const NamedContext& named) { return named.name == name_; });
    if (contexts.current == name_) contexts.current.clear();
    if (!context.settings.dry_run) save_contexts(contexts);
    context.note("context " + in_quotes(name_) + " is gone");
    return Exit::ok;
  }
};

}  // namespace

extern const Command context_delete;
const Command context_delete{
    .words = "context delete",
    .summary = "Forget a named cluster",
    .text = "Nothing happens to the cluster itself.",
    .examples = {{"kt context delete local", "take it out of contexts.ini"}},
    .connects = false,
    .changes = true,
    .make = make<ContextDelete>,
};

}  // namespace kt
