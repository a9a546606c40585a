#include "config/change.h"
#include "config/setting_words.h"
#include "connect.h"

namespace kt {
namespace {

class ConfigUnset : public Invocation {
  std::vector<std::string> words_;
  bool no_wait_ = false;

  std::vector<Argument> arguments() override {
    return {{"RESOURCE...", "", "topic/NAME, broker/ID and so on, then names of settings", &words_},
            no_wait_argument(&no_wait_)};
  }

  Exit run(Context& context) override {
    auto words = sort_words(words_);
    std::vector<ConfigChange> changes;
    for (const auto& name : words.names) changes.push_back({name, ConfigOperation::remove, ""});
    if (changes.empty()) throw Error("no setting is named", Exit::usage);
    auto cluster = connect(context);
    return change_configs(context, *cluster, words.resources, changes, no_wait_);
  }
};

}  // namespace

extern const Command config_unset;
const Command config_unset{
    .words = "config unset",
    .summary = "Remove settings of topics, brokers, groups, users and clients",
    .text =
        R"(Removes the settings named from each thing named, so that what it inherits, or the default, is in
force again. A setting that is not set stays so. See kt config get for what has settings, and kt config
set for what releases before 2.3 need. Returns when every broker shows the change, as kt config set does.)",
    .examples = {{"kt config unset topic/orders retention.ms", "back to the brokers' retention"},
                 {"kt config unset broker/1 log.cleaner.threads --dry-run", "only checked"},
                 {"kt config unset user/alice producer_byte_rate", "no quota any more"}},
    .rows = kChangeRows,
    .changes = true,
    .make = make<ConfigUnset>,
};

}  // namespace kt
