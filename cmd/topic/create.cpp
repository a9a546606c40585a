#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "assignment.h"
#include "base/text.h"
#include "chosen.h"
#include "client/admin_configs.h"
#include "connect.h"
#include "protocol/errors.h"

namespace kt {
namespace {

using NewTopic = msg::CreateTopicsRequest::Topic;

class TopicCreate : public Invocation {
  std::vector<std::string> names_;
  std::optional<int32_t> partitions_;
  std::optional<int16_t> replication_factor_;
  std::string assignment_;
  std::vector<std::string> settings_;
  bool if_not_exists_ = false;
  bool no_wait_ = false;

  std::vector<Argument> arguments() override {
    return {
        {"TOPIC...", "", "Topics to create", &names_},
        {"-p,--partitions", "N", "Partitions of each; the brokers' num.partitions where not given",
         &partitions_},
        {"-r,--replication-factor", "N",
         "Replicas of each partition; the brokers' default where not given", &replication_factor_},
        {"--replica-assignment", "B:B,...",
         "The brokers of each partition, in place of numbers: 1:2,2:1", &assignment_},
        {"-s,--set", "NAME=VALUE", "A setting of the topics", &settings_},
        {"--if-not-exists", "", "A topic that exists is no error", &if_not_exists_},
        {"--no-wait", "", "Do not wait until all brokers show the topics", &no_wait_}};
  }

  void check_arguments() const {
    if (!assignment_.empty() && (partitions_ || replication_factor_))
      throw Error("--replica-assignment says itself how many partitions and replicas there are",
                  Exit::usage, "leave --partitions and --replication-factor out");
    if (partitions_ && *partitions_ < 1)
      throw Error("--partitions: a topic has at least one", Exit::usage);
    if (replication_factor_ && *replication_factor_ < 1)
      throw Error("--replication-factor: a partition has at least one replica", Exit::usage);
  }

  /// Brokers from 2.4 on fill in what is not given; older ones are asked for what they would take,
  /// and those before 0.11, which do not tell, have Kafka's own default, one.
  void fill_in(Cluster& cluster) {
    bool all_given = !assignment_.empty() || (partitions_ && replication_factor_);
    if (all_given || cluster.apis_of_any().best(msg::CreateTopicsRequest::api(), 4)) return;
    ResourceConfigs settings;
    bool told = cluster.apis_of_any().best(msg::DescribeConfigsRequest::api()).has_value();
    if (told && !cluster.metadata()->brokers.empty()) {
      auto broker = std::to_string(cluster.metadata()->brokers.begin()->first);
      settings = describe_configs(cluster, {{ConfigScope::broker, broker}}).front();
    }
    int64_t partitions = 1, replicas = 1;
    parse_int64(settings.value_of("num.partitions"), partitions);
    parse_int64(settings.value_of("default.replication.factor"), replicas);
    if (!partitions_) partitions_ = static_cast<int32_t>(partitions);
    if (!replication_factor_) replication_factor_ = static_cast<int16_t>(replicas);
  }

  std::vector<NewTopic> topics() const {
    std::vector<NewTopic> topics;
    for (const auto& name : std::set(names_.begin(), names_.end())) {
      auto& topic = topics.emplace_back();
      topic.name = name;
      topic.num_partitions = assignment_.empty() ? partitions_.value_or(-1) : -1;
      topic.replication_factor = assignment_.empty() ? replication_factor_.value_or(-1) : -1;
      if (!assignment_.empty()) {
        for (auto& brokers : parse_assignment(assignment_)) {
          auto index = static_cast<int32_t>(topic.assignments.size());
          auto& assigned = topic.assignments.emplace_back();
          assigned.partition_index = index;
          assigned.broker_ids = std::move(brokers);
        }
      }
      for (const auto& setting : settings_) {
        auto& config = topic.configs.emplace_back();
        std::tie(config.name, config.value.emplace()) = parse_setting(setting);
      }
    }
    return topics;
  }

  /// The numbers that were asked for, where the broker did not tell those it took.
  Row row_of(const CreatedTopic& topic, const NewTopic& asked, std::string_view result) const {
    Value partitions, replicas, id;
    auto assigned = static_cast<int32_t>(asked.assignments.size());
    int32_t asked_partitions = assigned > 0 ? assigned : asked.num_partitions;
    auto asked_replicas = assigned > 0
                              ? static_cast<int16_t>(asked.assignments[0].broker_ids.size())
                              : asked.replication_factor;
    auto partition_count = topic.partition_count > 0 ? topic.partition_count : asked_partitions;
    auto factor = topic.replication_factor > 0 ? topic.replication_factor : asked_replicas;
    if (partition_count > 0) partitions = partition_count;
    if (factor > 0) replicas = factor;
    if (!topic.topic_id.is_zero()) id = topic.topic_id.text();
    return {topic.name, std::move(partitions), std::move(replicas), std::move(id), result};
  }

  Exit run(Context& context) override {
    check_arguments();
    topics();  // wrong settings and assignments are found before anything is sent
    auto cluster = connect(context);
    fill_in(*cluster);
    auto asked = topics();
    bool dry_run = context.settings.dry_run;
    std::vector<std::string> created;
    auto answers = create_topics(*cluster, asked, dry_run);
    std::sort(answers.begin(), answers.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    for (const auto& topic : answers) {
      auto request = std::find_if(asked.begin(), asked.end(),
                                  [&](const auto& one) { return one.name == topic.name; });
      if (request == asked.end()) continue;
      bool exists = topic.error_code == ErrorCode::topic_already_exists;
      if (exists && if_not_exists_) {
        context.report().row({topic.name, nullptr, nullptr, nullptr, "exists"});
      } else if (topic.error_code != 0) {
        report_error(context, "topic", topic);
        if (exists) context.note("--if-not-exists takes a topic that is there for done");
      } else {
        context.report().row(row_of(topic, *request, dry_run ? "would be created" : "created"));
        created.push_back(topic.name);
      }
    }
    if (!dry_run && !no_wait_ && !created.empty()) wait(*cluster, created);
    return exit_of(context);
  }

  static void wait(Cluster& cluster, const std::vector<std::string>& created) {
    bool seen = await_topics(cluster, created, [](const TopicMetadata& topic) {
      return topic.error_code == 0 && !topic.partitions.empty() &&
             std::all_of(topic.partitions.begin(), topic.partitions.end(),
                         [](const auto& partition) { return partition.leader_id >= 0; });
    });
    if (!seen)
      throw Error("created, but not all brokers show leaders for all partitions in time",
                  Exit::unreachable, "kt topic describe --unavailable shows which");
  }
};

}  // namespace

extern const Command topic_create;
const Command topic_create{
    .words = "topic create",
    .summary = "Create topics",
    .text =
        R"(Creates topics with the same number of partitions and replicas, placed by the controller, or with the
replicas that --replica-assignment gives. What the brokers are configured for fills in
numbers that are not given. Returns when every broker shows the topics with leaders; --no-wait
returns as soon as the controller has agreed.

A topic that exists is an error unless --if-not-exists is given. With --dry-run the broker checks
everything and creates nothing (0.10.2 and later). Before 0.10.1 topics are created in ZooKeeper, which
-z must name then; kt checks and places the replicas as Kafka's own tool would, across racks where
all brokers have one.)",
    .examples = {{"kt topic create orders -p 12 -r 3", "twelve partitions on three brokers each"},
                 {"kt topic create orders --if-not-exists", "as the broker is configured"},
                 {"kt topic create log -p 1 -s cleanup.policy=compact -s segment.ms=3600000",
                  "with settings"},
                 {"kt topic create pair --replica-assignment 1:2,2:1", "every replica placed"},
                 {"kt topic create orders -p 12 --dry-run", "would it work?"}},
    .rows = {"topics",
             {{"name", "TOPIC", Kind::text, "Name of the topic"},
              {"partition_count", "PARTITIONS", Kind::integer, "Number of its partitions"},
              {"replication_factor", "REPLICAS", Kind::integer, "Replicas of each partition"},
              {"topic_id", "", Kind::text, "Its id; null before 2.8"},
              {"result", "RESULT", Kind::text, "created, exists or would be created"}}},
    .exits = {{Exit::failed, "A topic exists already, or the cluster refused one"}},
    .changes = true,
    .make = make<TopicCreate>,
};

}  // namespace kt
