#include <algorithm>
#include <map>
#include <optional>

#include "assignment.h"
#include "base/text.h"
#include "chosen.h"
#include "connect.h"

namespace kt {
namespace {

class TopicAddPartitions : public Invocation {
  Choice choice_;
  std::optional<int32_t> partitions_;
  std::string assignment_;
  bool no_wait_ = false;

  std::vector<Argument> arguments() override {
    auto list = choice_.arguments("TOPIC...", "Topics to grow", Complete::topics);
    list.push_back(
        {"-p,--partitions", "N", "Partitions that each topic has afterwards", &partitions_});
    list.push_back({"--replica-assignment", "B:B,...",
                    "The brokers of each new partition, in place of a number", &assignment_});
    list.push_back(
        {"--no-wait", "", "Do not wait until all brokers show the partitions", &no_wait_});
    return list;
  }

  /// What to ask for one topic; nothing where it has the partitions already, which is an error too.
  std::optional<msg::CreatePartitionsRequest::Topic> growth(Context& context,
                                                            const TopicMetadata& topic) const {
    auto now = static_cast<int32_t>(topic.partitions.size());
    msg::CreatePartitionsRequest::Topic asked;
    asked.name = topic.name.value_or("");
    asked.assignments.reset();
    asked.count = partitions_.value_or(now);
    if (!assignment_.empty()) {
      asked.assignments.emplace();
      for (auto& brokers : parse_assignment(assignment_))
        asked.assignments->emplace_back().broker_ids = std::move(brokers);
      auto added = static_cast<int32_t>(asked.assignments->size());
      if (!partitions_) asked.count = now + added;
    }
    if (asked.count > now) return asked;
    report_error(
        context, {{"topic", asked.name}}, 0,
        "it has " + counted(now, "partition") + " already, and partitions are never removed");
    return std::nullopt;
  }

  Exit run(Context& context) override {
    if (!partitions_ && assignment_.empty())
      throw Error("how many partitions there shall be is not given", Exit::usage,
                  "--partitions N, or --replica-assignment for new ones");
    if (!assignment_.empty()) parse_assignment(assignment_);
    auto cluster = connect(context);
    std::vector<msg::CreatePartitionsRequest::Topic> asked;
    std::map<std::string, int32_t> before, wanted;
    context.report();
    for (const auto& topic : choose_topics(context, *cluster, choice_))
      if (auto one = growth(context, topic)) {
        before[one->name] = static_cast<int32_t>(topic.partitions.size());
        wanted[one->name] = one->count;
        asked.push_back(std::move(*one));
      }
    if (asked.empty()) return exit_of(context);
    bool dry_run = context.settings.dry_run;
    std::vector<std::string> grown;
    auto outcomes = create_partitions(*cluster, asked, dry_run);
    std::sort(outcomes.begin(), outcomes.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    for (const auto& outcome : outcomes) {
      if (outcome.error_code != 0) {
        report_error(context, "topic", outcome);
        continue;
      }
      grown.push_back(outcome.name);
      context.report().row({outcome.name, before[outcome.name], wanted[outcome.name],
                            dry_run ? "would be added" : "added"});
    }
    if (!dry_run && !no_wait_ && !grown.empty()) wait(*cluster, grown, wanted);
    return exit_of(context);
  }

  static void wait(Cluster& cluster, const std::vector<std::string>& grown,
                   const std::map<std::string, int32_t>& wanted) {
    bool seen = await_topics(cluster, grown, [&](const TopicMetadata& topic) {
      auto count = wanted.at(topic.name.value_or(""));
      return static_cast<int32_t>(topic.partitions.size()) >= count &&
             std::all_of(topic.partitions.begin(), topic.partitions.end(),
                         [](const auto& partition) { return partition.leader_id >= 0; });
    });
    if (!seen)
      throw Error("added, but not all brokers show leaders for all partitions in time",
                  Exit::unreachable, "kt topic describe --unavailable shows which");
  }
};

}  // namespace

extern const Command topic_add_partitions;
const Command topic_add_partitions{
    .words = "topic add-partitions",
    .summary = "Give topics more partitions",
    .text =
        R"(Raises the number of partitions to --partitions, the total afterwards, as kafka-topics --alter does.
The controller places the new ones, or --replica-assignment does: one entry for each new partition.
Partitions are never removed, and records with keys go to other partitions than before.

Returns when every broker shows the partitions with leaders. Before Kafka 1.0 partitions are added in
ZooKeeper, which -z must name then; kt places them as Kafka's own tool would.)",
    .examples = {{"kt topic add-partitions orders -p 24", "twenty-four in the end"},
                 {"kt topic add-partitions orders -p 24 --dry-run", "only checked"},
                 {"kt topic add-partitions orders --replica-assignment 1:2,2:3",
                  "two more, every replica placed"}},
    .rows = {"topics",
             {{"name", "TOPIC", Kind::text, "Name of the topic"},
              {"before", "BEFORE", Kind::integer, "Partitions it had"},
              {"partition_count", "PARTITIONS", Kind::integer, "Partitions it has now"},
              {"result", "RESULT", Kind::text, "added or would be added"}}},
    .changes = true,
    .make = make<TopicAddPartitions>,
};

}  // namespace kt
