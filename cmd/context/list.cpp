#include "cli/context.h"
#include "cli/contexts.h"

namespace kt {
namespace {

class ContextList : public Invocation {
  std::vector<Argument> arguments() override { return {}; }

  Exit run(Context& context) override {
    auto contexts = load_contexts();
    for (const auto& named : contexts.list)
      context.report().row({named.name, named.name == contexts.current,
                            named.value("bootstrap-server"), named.value("zookeeper"),
                            named.value("cluster-id")});
    context.report();
    return Exit::ok;
  }
};

}  // namespace

extern const Command context_list;
const Command context_list{
    .words = "context list",
    .summary = "List the named clusters",
    .examples = {{"kt context list", "all contexts, the current one marked"}},
    .rows = {"contexts",
             {{"context", "CONTEXT"},
              {"current", "CURRENT", Kind::boolean},
              {"bootstrap_server", "BOOTSTRAP SERVER"},
              {"zookeeper", "ZOOKEEPER"},
              {"cluster_id", "CLUSTER ID"}}},
    .connects = false,
    .make = make<ContextList>,
};

}  // namespace kt
