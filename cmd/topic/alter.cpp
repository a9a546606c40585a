#include "assignment.h"
#include "chosen.h"
#include "config/change.h"
#include "config/setting_words.h"
#include "connect.h"

namespace kt {
namespace {

class TopicAlter : public Invocation {
  Choice choice_;
  std::vector<std::string> set_;
  std::vector<std::string> unset_;
  bool no_wait_ = false;

  std::vector<Argument> arguments() override {
    auto list = choice_.arguments("TOPIC...", "Topics to change", Complete::topics);
    list.push_back(
        {"-s,--set", "NAME=VALUE", "A setting, or an item of a list by += and -=", &set_});
    list.push_back({"--unset", "NAME", "A setting to remove", &unset_});
    list.push_back(no_wait_argument(&no_wait_));
    return list;
  }

  Exit run(Context& context) override {
    std::vector<ConfigChange> changes;
    for (const auto& word : set_) changes.push_back(parse_change(word));
    for (const auto& name : unset_) changes.push_back({name, ConfigOperation::remove, ""});
    if (changes.empty())
      throw Error("nothing to change is given", Exit::usage,
                  "--set NAME=VALUE or --unset NAME; kt topic add-partitions adds partitions");
    auto cluster = connect(context);
    std::vector<ConfigResource> resources;
    for (const auto& topic : choose_topics(context, *cluster, choice_))
      resources.push_back({ConfigScope::topic, topic.name.value_or("")});
    return change_configs(context, *cluster, resources, changes, no_wait_);
  }
};

}  // namespace

extern const Command topic_alter;
const Command topic_alter{
    .words = "topic alter",
    .summary = "Change settings of topics",
    .text =
        R"(Sets and removes settings of one or many topics; what is not named stays as it is. kt config does the
same for other things too. Kafka's own topics are changed only where they are named. Returns when every
broker shows the settings; --no-wait returns as soon as they are taken.

Before Kafka 2.3 brokers take the settings of a topic only as a whole: kt reads them, changes them and
sends all of them. Before 0.11 they are changed in ZooKeeper, which -z must name then; 0.8.0 has no
settings of topics.)",
    .examples = {{"kt topic alter orders -s retention.ms=604800000", "keep a week"},
                 {"kt topic alter orders --unset retention.ms --dry-run", "only checked"},
                 {"kt topic alter --regex 'app-.*' -s cleanup.policy+=compact",
                  "one more item of a list, for many topics"}},
    .rows = kChangeRows,
    .changes = true,
    .make = make<TopicAlter>,
};

}  // namespace kt
