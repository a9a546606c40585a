#include <algorithm>

#include "base/text.h"
#include "cli/context.h"
#include "cli/contexts.h"

namespace kt {
namespace {

class ContextSet : public Invocation {
  std::string name_;
  std::vector<std::string> entries_;

  std::vector<Argument> arguments() override {
    return {
        {"NAME", "", "The context; made where there is none", &name_, Complete::contexts},
        {"KEY=VALUE...", "",
         "Long flags: bootstrap-server=host:9092; an empty value takes the key out", &entries_}};
  }

  Exit run(Context& context) override {
    if (name_.find_first_of("[]\r\n") != std::string::npos || trim(name_) != name_ || name_.empty())
      throw Error("a context cannot be called " + in_quotes(name_), Exit::usage);
    auto contexts = load_contexts();
    auto named = contexts.find(name_);
    if (!named) named = &contexts.list.emplace_back(NamedContext{name_, {}});
    forget_given_keys(*named);
    for (const auto& entry : entries_) {
      auto [key, value] = split_entry(entry);
      if (!value.empty()) named->entries.emplace_back(key, value);
    }
    if (contexts.current.empty()) contexts.current = name_;
    if (!context.settings.dry_run) save_contexts(contexts);
    context.note("context " + in_quotes(name_) + " is in " + contexts_path().string());
    return Exit::ok;
  }

  static std::pair<std::string, std::string> split_entry(const std::string& entry) {
    size_t equals = entry.find('=');
    auto key = entry.substr(0, equals);
    const auto& keys = context_keys();
    if (equals == std::string::npos || std::find(keys.begin(), keys.end(), key) == keys.end())
      throw Error("unknown key in " + in_quotes(entry) + did_you_mean(key, keys), Exit::usage,
                  "KEY=VALUE with one of " + join(keys, ", "));
    auto value = entry.substr(equals + 1);
    if (value.find_first_of("\r\n") != std::string::npos)
      throw Error("the value of " + key + " has a line end", Exit::usage);
    return {key, std::string(trim(value))};
  }

  void forget_given_keys(NamedContext& named) const {
    for (const auto& entry : entries_)
      std::erase_if(named.entries,
                    [&](const auto& old) { return old.first == split_entry(entry).first; });
  }
};

}  // namespace

extern const Command context_set;
const Command context_set{
    .words = "context set",
    .summary = "Make or change a named cluster",
    .text =
        R"(Keys are bootstrap-server, zookeeper, config, property (KEY=VALUE, as -X; may repeat), map (may repeat),
cluster-id (any other cluster is refused), timeout, output, color, utc. The first context made becomes the current one.
Secrets belong into files: property=sasl.password=file:/run/secrets/kafka.)",
    .examples = {{"kt context set local bootstrap-server=localhost:9092",
                  "a context for the cluster next door"},
                 {"kt context set local property=client.rack=a timeout=10s", "two more settings"},
                 {"kt context set local timeout=", "one less"}},
    .connects = false,
    .changes = true,
    .make = make<ContextSet>,
};

}  // namespace kt
