#include <algorithm>
#include <map>

#include "base/text.h"
#include "chosen.h"
#include "client/admin_configs.h"
#include "connect.h"

namespace kt {
namespace {

using Partition = TopicMetadata::Partition;

class TopicDescribe : public Invocation {
  Choice choice_;
  bool under_replicated_ = false;
  bool unavailable_ = false;
  bool under_min_isr_ = false;
  bool at_min_isr_ = false;
  bool with_overrides_ = false;
  bool configs_ = false;

  std::vector<Argument> arguments() override {
    auto list = choice_.arguments("[TOPIC...]", "Topics to describe", Complete::topics);
    list.push_back({"--internal", "", "Kafka's own topics too", &choice_.internal});
    list.push_back(
        {"--configs", "", "Settings of the topics too, where no topic is named", &configs_});
    list.push_back({"--under-replicated", "", "Only partitions with a replica out of sync",
                    &under_replicated_});
    list.push_back({"--unavailable", "", "Only partitions without a leader", &unavailable_});
    list.push_back({"--under-min-isr", "",
                    "Only partitions with fewer replicas in sync than min.insync.replicas",
                    &under_min_isr_});
    list.push_back({"--at-min-isr", "", "Only partitions with just min.insync.replicas in sync",
                    &at_min_isr_});
    list.push_back(
        {"--with-overrides", "", "Only topics with settings of their own", &with_overrides_});
    return list;
  }

  bool filters_partitions() const {
    return under_replicated_ || unavailable_ || under_min_isr_ || at_min_isr_;
  }

  /// The settings of each topic, in the order of the topics; nothing where they are not needed or
  /// the release does not tell them.
  std::vector<ResourceConfigs> settings_of(Cluster& cluster,
                                           const std::vector<TopicMetadata>& topics) const {
    bool needed = under_min_isr_ || at_min_isr_ || with_overrides_;
    bool wanted = needed || configs_ || !choice_.words.empty();
    bool told = cluster.names_zookeeper() ||
                cluster.apis_of_any().best(msg::DescribeConfigsRequest::api()).has_value();
    if (topics.empty() || !wanted || (!told && !needed)) return {};
    std::vector<ConfigResource> resources;
    for (const auto& topic : topics)
      resources.push_back({ConfigScope::topic, topic.name.value_or("")});
    return describe_configs(cluster, resources);
  }

  bool wanted(const Partition& partition, int64_t min_isr) const {
    auto in_sync = static_cast<int64_t>(partition.isr_nodes.size());
    return (under_replicated_ && partition.isr_nodes.size() < partition.replica_nodes.size()) ||
           (unavailable_ && partition.leader_id < 0) || (under_min_isr_ && in_sync < min_isr) ||
           (at_min_isr_ && in_sync == min_isr);
  }

  static int64_t min_isr_of(const ResourceConfigs& settings) {
    int64_t value = 1;
    parse_int64(settings.value_of("min.insync.replicas"), value);
    return value;
  }

  static Value::List overrides_of(const ResourceConfigs& settings) {
    Value::List rows;
    for (const auto& entry : settings.entries)
      if (entry.is_override) rows.push_back(Row{entry.name, entry.value});
    return rows;
  }

  static Value row_of(const Partition& partition) {
    Value leader, epoch, offline;
    if (partition.leader_id >= 0) leader = partition.leader_id;
    if (partition.leader_epoch >= 0) epoch = partition.leader_epoch;
    return Row{partition.partition_index,  std::move(leader),
               std::move(epoch),           Value(partition.replica_nodes),
               Value(partition.isr_nodes), Value(partition.offline_replicas)};
  }

  void report_topic(Report& report, const TopicMetadata& topic,
                    const ResourceConfigs* settings) const {
    int64_t min_isr = settings ? min_isr_of(*settings) : 1;
    Value::List rows;
    for (const auto& partition : topic.partitions)
      if (!filters_partitions() || wanted(partition, min_isr)) rows.push_back(row_of(partition));
    Value configs, id, replicas;
    if (settings && settings->error_code == 0) configs = overrides_of(*settings);
    if (filters_partitions() && rows.empty()) return;
    if (with_overrides_ && (configs.is_null() || configs.list().empty())) return;
    if (!topic.topic_id.is_zero()) id = topic.topic_id.text();
    if (!topic.partitions.empty()) replicas = topic.partitions.front().replica_nodes.size();
    report.row({topic.name.value_or(""), topic.partitions.size(), std::move(replicas),
                is_internal(topic), std::move(id), std::move(rows), std::move(configs)});
  }

  Exit run(Context& context) override {
    auto cluster = connect(context);
    auto topics = choose_topics(context, *cluster, choice_);
    auto settings = settings_of(*cluster, topics);
    auto& report = context.report();
    for (size_t i = 0; i < topics.size(); ++i)
      report_topic(report, topics[i], settings.empty() ? nullptr : &settings[i]);
    return exit_of(context);
  }
};

}  // namespace

extern const Command topic_describe;
const Command topic_describe{
    .words = "topic describe",
    .summary = "Show partitions, leaders, replicas and settings of topics",
    .text =
        R"(Shows each topic with its partitions: leader, replicas in the order of preference (0.9 and 0.10 tell them
in any order), replicas in sync, replicas on brokers that are offline. Settings that differ from the cluster's are shown where topics
are named, or with --configs (before Kafka 0.11 they are in ZooKeeper, which -z must name).

The filters narrow it down to what needs a look; several of them add up. min.insync.replicas is the
value in force, wherever it was set; before 0.11 that of the topic, or 1.)",
    .examples = {{"kt topic describe orders", "one topic with its settings"},
                 {"kt topic describe --under-replicated", "what has a replica out of sync"},
                 {"kt topic describe --under-min-isr --unavailable",
                  "what refuses writes, or everything"},
                 {"kt topic describe orders -o json", "the same as JSON"}},
    .rows = {"topics",
             {{"name", "TOPIC", Kind::text, "Name of the topic"},
              {"partition_count", "PARTITIONS", Kind::integer, "Number of its partitions"},
              {"replication_factor", "REPLICAS", Kind::integer, "Replicas of partition 0"},
              {"is_internal", "", Kind::boolean, "Whether it is one of Kafka's own"},
              {"topic_id", "ID", Kind::text, "Its id; null before 2.8"},
              {"partitions",
               "PARTITIONS",
               Kind::rows,
               "Its partitions, those that the filters let pass",
               {{"partition", "PARTITION", Kind::integer, "Number of the partition"},
                {"leader", "LEADER", Kind::integer, "Broker that leads it; null without one"},
                {"leader_epoch", "", Kind::integer, "Epoch of that leadership; null before 2.1"},
                {"replicas", "REPLICAS", Kind::integers, "Brokers that hold it, preferred first"},
                {"isr", "ISR", Kind::integers, "Brokers that are in sync"},
                {"offline_replicas", "OFFLINE", Kind::integers, "Replicas that are offline"}}},
              {"configs",
               "SETTINGS",
               Kind::rows,
               "Settings of its own; null where not asked for or not told (before 0.11)",
               {{"name", "SETTING", Kind::text, "Name of the setting"},
                {"value", "VALUE", Kind::text, "Its value; null where it is secret"}}}}},
    .make = make<TopicDescribe>,
};

}  // namespace kt
