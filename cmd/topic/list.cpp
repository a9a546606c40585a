#include "chosen.h"
#include "connect.h"

namespace kt {
namespace {

class TopicList : public Invocation {
  Choice choice_;

  std::vector<Argument> arguments() override {
    auto list = choice_.arguments("[TOPIC...]", "Topics to list", Complete::topics);
    list.push_back({"--internal", "", "Kafka's own topics too", &choice_.internal});
    return list;
  }

  Exit run(Context& context) override {
    auto cluster = connect(context);
    bool names_only = context.settings.quiet && context.settings.format == Format::table;
    auto& report = context.report();
    for (const auto& topic : choose_topics(context, *cluster, choice_, false)) {
      auto name = topic.name.value_or("");
      if (names_only) {
        context.out.write(name + '\n');
        continue;
      }
      Value replicas, id;
      if (!topic.partitions.empty()) replicas = topic.partitions.front().replica_nodes.size();
      if (!topic.topic_id.is_zero()) id = topic.topic_id.text();
      report.row({std::move(name), topic.partitions.size(), std::move(replicas), is_internal(topic),
                  std::move(id)});
    }
    return exit_of(context);
  }
};

}  // namespace

extern const Command topic_list;
const Command topic_list{
    .words = "topic list",
    .summary = "List topics",
    .text =
        R"(Lists the topics of the cluster with the number of their partitions and replicas. Kafka's own
topics (__consumer_offsets and the like) are left out unless they are named or --internal is given.

With -q a table is nothing but names, one a line, ready for a shell loop or for the stdin of another
command. Asking never creates a topic, whatever the release and its auto.create.topics.enable.)",
    .examples = {{"kt topic list", "all topics"},
                 {"kt topic list --regex 'app[.].*'", "those whose whole name matches"},
                 {"kt topic list -q", "names alone, one a line"},
                 {"kt topic list --internal -o json", "everything, as JSON"}},
    .rows = {"topics",
             {{"name", "TOPIC", Kind::text, "Name of the topic"},
              {"partition_count", "PARTITIONS", Kind::integer, "Number of its partitions"},
              {"replication_factor", "REPLICAS", Kind::integer, "Replicas of partition 0"},
              {"is_internal", "", Kind::boolean, "Whether it is one of Kafka's own"},
              {"topic_id", "", Kind::text, "Its id; null before 2.8"}}},
    .make = make<TopicList>,
};

}  // namespace kt
