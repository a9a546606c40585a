#include <algorithm>

#include "base/text.h"
#include "chosen.h"
#include "connect.h"
#include "protocol/errors.h"
#include "protocol/msg/delete_topics.h"

namespace kt {
namespace {

class TopicDelete : public Invocation {
  Choice choice_;
  bool if_exists_ = false;
  bool no_wait_ = false;

  std::vector<Argument> arguments() override {
    auto list = choice_.arguments("TOPIC...", "Topics to delete", Complete::topics);
    list.push_back({"--if-exists", "", "A topic that is not there is no error", &if_exists_});
    list.push_back({"--no-wait", "", "Do not wait until no broker shows the topics", &no_wait_});
    return list;
  }

  std::vector<TopicMetadata> chosen(Context& context, Cluster& cluster) {
    if (if_exists_ && !choice_.regex) {
      auto named = describe_topics(cluster, choice_.words);
      for (const auto& topic : named.topics)
        if (topic.error_code == ErrorCode::unknown_topic_or_partition)
          std::erase(choice_.words, topic.name.value_or(""));
      if (choice_.words.empty()) return {};
    }
    return choose_topics(context, cluster, choice_);
  }

  Exit run(Context& context) override {
    auto cluster = connect(context);
    auto topics = chosen(context, *cluster);
    if (topics.empty()) return exit_of(context);
    std::vector<std::string> names, items;
    size_t partition_count = 0;
    for (const auto& topic : topics) {
      names.push_back(topic.name.value_or(""));
      items.push_back(names.back() + "  " + counted(topic.partitions.size(), "partition"));
      partition_count += topic.partitions.size();
    }
    bool really =
        context.confirm("This deletes " + counted(names.size(), "topic") + " with " +
                            counted(partition_count, "partition") + " and all their records:",
                        items);
    std::vector<Outcome> outcomes;
    if (really) {
      outcomes = delete_topics(*cluster, names);
    } else {
      for (const auto& name : names) outcomes.push_back({name, 0, ""});
    }
    std::vector<std::string> deleted;
    for (const auto& topic : topics) {
      auto outcome = std::find_if(outcomes.begin(), outcomes.end(),
                                  [&](const auto& one) { return one.name == topic.name; });
      if (outcome == outcomes.end()) continue;
      if (outcome->error_code != 0) {
        report_error(context, "topic", *outcome);
        continue;
      }
      deleted.push_back(outcome->name);
      context.report().row(
          {outcome->name, topic.partitions.size(), really ? "deleted" : "would be deleted"});
    }
    if (really && !no_wait_ && !deleted.empty()) wait(*cluster, deleted);
    return exit_of(context);
  }

  static void wait(Cluster& cluster, const std::vector<std::string>& deleted) {
    bool gone = await_topics(cluster, deleted, [](const TopicMetadata& topic) {
      return topic.error_code == ErrorCode::unknown_topic_or_partition;
    });
    if (!gone)
      throw Error("marked for deletion, but brokers still show some of the topics",
                  Exit::unreachable,
                  "brokers that are down, or have no delete.topic.enable, keep them");
  }
};

}  // namespace

extern const Command topic_delete;
const Command topic_delete{
    .words = "topic delete",
    .summary = "Delete topics and their records",
    .text =
        R"(Shows what it will delete and asks; --yes does not ask, and without a terminal there must be a --yes.
An expression needs --regex, and never matches Kafka's own topics: those need to be named. Returns
when no broker shows the topics any more.

Brokers with delete.topic.enable=false refuse. From 0.8.1 to 0.10.0 topics are deleted by way of
ZooKeeper, which -z must name then; brokers without delete.topic.enable=true leave such a request
undone until they have it. 0.8.0 cannot delete.)",
    .examples = {{"kt topic delete orders --yes", "one topic, without a question"},
                 {"kt topic delete --regex 'test-.*' --dry-run", "which topics would go?"},
                 {"kt topic list -q --regex 'tmp-.*' | kt topic delete - --yes --if-exists",
                  "names from another command"}},
    .rows = {"topics",
             {{"name", "TOPIC", Kind::text, "Name of the topic"},
              {"partition_count", "PARTITIONS", Kind::integer, "Partitions that it had"},
              {"result", "RESULT", Kind::text, "deleted or would be deleted"}}},
    .destroys = true,
    .make = make<TopicDelete>,
};

}  // namespace kt
