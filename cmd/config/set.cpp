#include "base/text.h"
#include "config/change.h"
#include "config/setting_words.h"
#include "connect.h"

namespace kt {
namespace {

class ConfigSet : public Invocation {
  std::vector<std::string> words_;
  bool no_wait_ = false;

  std::vector<Argument> arguments() override {
    return {{"RESOURCE...", "", "topic/NAME, broker/ID and so on, then NAME=VALUE for each setting",
             &words_},
            no_wait_argument(&no_wait_)};
  }

  Exit run(Context& context) override {
    auto words = sort_words(words_);
    std::vector<ConfigChange> changes;
    for (const auto& word : words.names) changes.push_back(parse_change(word));
    if (changes.empty()) throw Error("no setting is given", Exit::usage, "NAME=VALUE");
    auto cluster = connect(context);
    return change_configs(context, *cluster, words.resources, changes, no_wait_);
  }
};

}  // namespace

extern const Command config_set;
const Command config_set{
    .words = "config set",
    .summary = "Change settings of topics, brokers, groups, users and clients",
    .text =
        R"(Sets NAME=VALUE on each thing named, or changes a list by NAME+=ITEM and NAME-=ITEM. What is not
named stays as it is. See kt config get for what has settings. A value may hold commas and blanks;
quote it for the shell. Returns when every broker shows the change (of a broker: itself); --no-wait returns
as soon as it is taken.

Before Kafka 2.3 brokers take the settings of a thing only as a whole: kt reads them, changes them and
sends all of them, says so, and refuses where a secret one would get lost. Releases without a request for
it take settings from ZooKeeper, which -z must name: see kt config get.)",
    .examples = {{"kt config set topic/orders retention.ms=604800000", "one setting"},
                 {"kt config set topic/orders cleanup.policy+=compact", "one more item of a list"},
                 {"kt config set broker/ log.cleaner.threads=2 --dry-run",
                  "all brokers, only checked"},
                 {"kt config set user/alice producer_byte_rate=1048576", "a quota"}},
    .rows = kChangeRows,
    .changes = true,
    .make = make<ConfigSet>,
};

}  // namespace kt
