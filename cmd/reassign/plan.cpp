#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/json.h"
#include "base/text.h"
#include "base/units.h"
#include "chosen.h"
#include "client/reassign/planner.h"
#include "connect.h"
#include "files.h"
#include "reassign/job.h"

namespace kt {
namespace {

using reassign::Balance;
using reassign::Obstacle;

constexpr std::string_view kBalances[] = {"size", "count", "leaders"};

std::string_view word_of(Balance balance) { return kBalances[static_cast<size_t>(balance)]; }

class ReassignPlan : public Invocation {
  Choice choice_;
  std::string file_;
  Selection drain_, onto_;
  std::optional<int32_t> replication_factor_;
  bool rack_aware_ = false;
  std::vector<std::string> balance_;
  int32_t tolerance_percent_ = 5;
  std::optional<Size> throttle_;
  std::string into_;
  bool overwrite_ = false;

  std::vector<Argument> arguments() override {
    auto list = choice_.arguments("[TOPIC...]",
                                  "Topics whose partitions may move; all, Kafka's own too, without",
                                  Complete::topics);
    list.push_back({"--file", "FILE",
                    "Topics from a file of Kafka's tools ({\"topics\":[{\"topic\":\"orders\"}]})",
                    &file_, Complete::files});
    list.push_back({"--drain", "BROKER,...", "Move everything off these brokers, 1,3-5", &drain_,
                    Complete::brokers});
    list.push_back({"--onto", "BROKER,...",
                    "Move to no other brokers; alone: fill these up to their share", &onto_,
                    Complete::brokers});
    list.push_back({"--replication-factor", "N", "Give every partition so many replicas",
                    &replication_factor_});
    list.push_back({"--rack-aware", "",
                    "Spread the replicas of each partition over as many racks as can be",
                    &rack_aware_});
    list.push_back({"--balance",
                    "WHAT",
                    "Even out size, count (of replicas) or leaders",
                    &balance_,
                    Complete::none,
                    {std::begin(kBalances), std::end(kBalances)}});
    list.push_back(
        {"--tolerance", "PERCENT", "How far from the mean a broker may stay", &tolerance_percent_});
    list.push_back({"--throttle", "SIZE", "Bytes a second, to reckon the time", &throttle_});
    list.push_back({"--into", "FILE", "Write the plan to this file, as Kafka's tools read it",
                    &into_, Complete::files});
    list.push_back({"--overwrite", "", "Replace the file if it is there", &overwrite_});
    return list;
  }

  reassign::Aims aims() const {
    reassign::Aims aims;
    for (auto broker : drain_.numbers()) aims.drain.insert(broker);
    for (auto broker : onto_.numbers()) aims.onto.insert(broker);
    aims.replication_factor = replication_factor_;
    aims.rack_aware = rack_aware_;
    for (const auto& word : balance_)
      aims.balance.insert(static_cast<Balance>(
          std::find(std::begin(kBalances), std::end(kBalances), word) - std::begin(kBalances)));
    aims.tolerance = tolerance_percent_ / 100.0;
    bool none = aims.drain.empty() && aims.onto.empty() && !replication_factor_ && !rack_aware_ &&
                aims.balance.empty();
    if (none)
      throw Error("what is the plan to reach?", Exit::usage,
                  "--drain, --onto, --replication-factor, --rack-aware or --balance");
    if (aims.balance.contains(Balance::size) && aims.balance.contains(Balance::count))
      throw Error("size and count cannot both be evened out", Exit::usage,
                  "either goes with leaders");
    if (tolerance_percent_ < 0 || tolerance_percent_ > 100)
      throw Error("--tolerance is a percentage", Exit::usage);
    if (replication_factor_ && *replication_factor_ < 1)
      throw Error("a partition has one replica at least", Exit::usage);
    if (throttle_ && throttle_->bytes < 1)
      throw Error("--throttle is a number of bytes a second", Exit::usage);
    for (auto broker : aims.onto)
      if (aims.drain.contains(broker))
        throw Error(fmt::format("broker {} is to be drained and to receive", broker), Exit::usage);
    return aims;
  }

  void take_topics_of_file() {
    if (file_.empty()) return;
    auto json = Json::parse(read_input(file_), in_quotes(file_));
    JsonPlace place(json, file_);
    for (const auto& one : place["topics"].items()) choice_.words.push_back(one["topic"].text());
    if (choice_.words.empty()) throw Error(in_quotes(file_) + ": no topic is in it", Exit::usage);
  }

  /// The partitions that may move, with the sizes that brokers tell.
  reassign::Layout layout(Context& context, Cluster& cluster, Mover& mover) {
    reassign::Layout layout;
    choice_.internal = choice_.words.empty();
    auto topics = choose_topics(context, cluster, choice_);
    for (auto& broker : mover.brokers()) layout.brokers.push_back({broker.id, broker.rack});
    std::vector<std::string> names;
    for (const auto& topic : topics) names.push_back(topic.name.value_or(""));
    auto replicas = mover.replicas(names);
    std::set<TopicPartition> moving;
    for (const auto& one : mover.ongoing()) moving.insert(one.at);
    layout.knows_sizes = tells_replica_files(cluster);
    ReplicaFilesMap files;
    if (layout.knows_sizes) files = replica_files(cluster);
    size_t left_out = 0;
    for (const auto& topic : topics)
      for (const auto& partition : topic.partitions) {
        TopicPartition at{topic.name.value_or(""), partition.partition_index};
        const auto& holders = replicas[at];
        if (holders.empty()) continue;
        if (moving.contains(at)) {
          ++left_out;
          continue;
        }
        int64_t size = 0;
        for (int32_t broker : holders) {
          auto found = files.find({broker, at});
          if (found != files.end()) size = std::max(size, found->second.bytes);
        }
        layout.partitions.push_back({at.topic, at.partition, holders, partition.leader_id, size});
      }
    if (left_out > 0)
      context.warn(counted(static_cast<int64_t>(left_out), "partition") +
                   " left out: they are being moved now (kt reassign list)");
    return layout;
  }

  static void check_brokers(const reassign::Layout& layout, const reassign::Aims& aims) {
    std::set<int32_t> alive, known;
    bool any_rack = false, all_racks = true;
    for (const auto& broker : layout.brokers) {
      alive.insert(broker.id);
      (broker.rack.empty() ? all_racks : any_rack) = broker.rack.empty() ? false : true;
    }
    known = alive;
    for (const auto& partition : layout.partitions)
      known.insert(partition.replicas.begin(), partition.replicas.end());
    for (auto broker : aims.drain)
      if (!known.contains(broker))
        throw Error(fmt::format("broker {} is not in the cluster and holds nothing", broker));
    for (auto broker : aims.onto)
      if (!alive.contains(broker))
        throw Error(fmt::format("broker {} is not in the cluster", broker), Exit::failed,
                    "kt broker list shows those that are");
    if (aims.rack_aware && !(any_rack && all_racks))
      throw Error("--rack-aware needs brokers that tell their rack, all of them", Exit::failed,
                  "broker.rack sets it, from Kafka 0.10 on");
    size_t stay = 0;
    for (auto broker : alive) stay += !aims.drain.contains(broker);
    if (aims.replication_factor && static_cast<size_t>(*aims.replication_factor) > stay)
      throw Error(
          fmt::format("{} replicas need as many brokers: {} stay", *aims.replication_factor, stay));
  }

  static void use_counts_where_there_are_no_sizes(Context& context, const reassign::Layout& layout,
                                                  reassign::Aims& aims) {
    if (layout.has_bytes() || !aims.balance.erase(Balance::size)) return;
    aims.balance.insert(Balance::count);
    context.warn(layout.knows_sizes ? "nothing is in these partitions: replicas are counted instead"
                                    : "these brokers do not tell sizes (Kafka 1.0 does): replicas "
                                      "are counted instead");
  }

  // ---- What is printed ----

  static std::string sentence(const Obstacle& obstacle) {
    switch (obstacle.kind) {
      case Obstacle::Kind::too_large:
        return "is more than the band allows, alone";
      case Obstacle::Kind::takes_too_much:
        return "is more than a broker's share, so that less than the band is left for the others";
      case Obstacle::Kind::rack:
        return "and others like it are kept in their racks, which have more, or fewer, brokers "
               "than others";
      case Obstacle::Kind::no_room:
        break;
    }
    return "fits nowhere else within the band";
  }

  static Value::List obstacle_rows(const reassign::Layout& layout, const reassign::Plan& plan) {
    std::map<std::tuple<Balance, bool, size_t, Obstacle::Kind>, std::vector<int32_t>> groups;
    for (const auto& one : plan.obstacles)
      groups[{one.aim, one.is_above, one.partition, one.kind}].push_back(one.broker);
    Value::List rows;
    for (const auto& [key, brokers] : groups) {
      const auto& [aim, above, at, kind] = key;
      const auto& partition = layout.partitions[at];
      rows.push_back(Row{word_of(aim), above ? "above" : "below", Value(brokers), partition.topic,
                         partition.partition, partition.size_bytes,
                         sentence({aim, -1, above, at, kind})});
    }
    return rows;
  }

  void report_refusals(Context& context, const reassign::Layout& layout,
                       const reassign::Plan& plan) const {
    for (const auto& refusal : plan.refusals) {
      const auto& partition = layout.partitions[refusal.partition];
      std::string what = "no broker can take one replica more";
      if (refusal.broker >= 0)
        what = fmt::format("stays on broker {}: {}", refusal.broker,
                           refusal.is_held_by_all
                               ? "every broker that may take it has a replica of it already "
                                 "(--replication-factor N asks for fewer)"
                               : "no broker that may take it keeps the racks");
      report_error(context, {{"topic", partition.topic}, {"partition", partition.partition}}, 0,
                   what);
    }
  }

  PartitionFile file_of(const reassign::Layout& layout, const reassign::Plan& plan) const {
    PartitionFile file;
    for (size_t i : plan.changed)
      file.entries.push_back(
          {{layout.partitions[i].topic, layout.partitions[i].partition}, plan.replicas[i], {}, {}});
    return file;
  }

  Exit run(Context& context) override {
    auto aims = this->aims();
    take_topics_of_file();
    if (!into_.empty()) check_output(into_, overwrite_);
    auto cluster = connect(context);
    auto mover = mover_of(context, *cluster);
    auto layout = this->layout(context, *cluster, *mover);
    check_brokers(layout, aims);
    use_counts_where_there_are_no_sizes(context, layout, aims);
    auto plan = reassign::make_plan(layout, aims);
    auto file = file_of(layout, plan);
    auto& report = context.report();
    auto bytes = [&](int64_t value) { return layout.knows_sizes ? Value(value) : Value(); };
    for (const auto& share : plan.brokers)
      report.row({share.broker, share.is_alive, share.replicas_before, share.replicas_after,
                  share.leaders_before, share.leaders_after, bytes(share.bytes_before),
                  bytes(share.bytes_after), bytes(share.bytes_in), bytes(share.bytes_out)});
    Value::List partitions;
    for (const auto& entry : file.entries)
      partitions.push_back(Row{entry.at.topic, entry.at.partition, Value(entry.replicas)});
    report.set("version", 1);
    report.set("partitions", std::move(partitions));
    report.set("partition_count", plan.changed.size());
    report.set("replicas_to_move", plan.replicas_to_move);
    report.set("to_copy_bytes", bytes(plan.bytes_to_move));
    report.set("lower_bound_bytes", bytes(plan.lower_bound_bytes));
    Value duration;
    if (throttle_ && layout.knows_sizes)
      duration = static_cast<int64_t>(reassign::seconds_at(plan, throttle_->bytes) * 1000.0 + 0.5);
    report.set("duration_ms", std::move(duration));
    auto obstacles = obstacle_rows(layout, plan);
    report.set("obstacles", obstacles.empty() && context.settings.format == Format::table
                                ? Value()
                                : Value(std::move(obstacles)));
    report_refusals(context, layout, plan);
    if (!into_.empty() && !file.entries.empty()) write_output(into_, to_json(file));
    if (file.entries.empty() && !report.has_errors())
      context.note("nothing has to move");
    else if (!file.entries.empty() && !into_.empty())
      context.note("kt reassign execute " + into_ + " carries it out");
    return exit_of(context);
  }
};

}  // namespace

extern const Command reassign_plan;
const Command reassign_plan{
    .words = "reassign plan",
    .summary = "Plan where replicas should be, moving as little as possible",
    .text =
        R"(Starts from where the replicas are and finds a placement that reaches the aims, which go alone or
together, with as few bytes copied as can be found. Changes nothing: kt reassign execute carries a plan
out, and Kafka's own tool reads it too.

    --drain                everything off these brokers, living or dead
    --onto                 only these brokers receive; as the only aim, they are filled up to their share
                           of what the topics weigh, as new brokers need it
    --replication-factor   more replicas, or fewer
    --rack-aware           replicas of a partition in as many racks as there are
    --balance              size, or count of replicas, or leaders, or leaders with one of the others: each
                           broker within --tolerance of the mean. Leaders are evened out by the order
                           of replicas; a replica moves for it only where leaders are the only balance

No move ever brings replicas of a partition closer together in racks than they were. The table shows
each broker before and after; below it stand the bytes to copy, what any plan would have to copy at least,
and the time that takes at the rate of --throttle on each broker. Where a broker stays outside the band,
the partition that forbids it is named.

Sizes are those of the log directories; before Kafka 1.0 brokers do not tell them, and replicas are counted,
as they are where all partitions are empty.
The same cluster gives the same plan. Partitions that are being moved are left out.)",
    .examples = {{"kt reassign plan --drain 3 --into plan.json", "empty a broker"},
                 {"kt reassign plan --balance size --balance leaders --throttle 50MB",
                  "even out the whole cluster; how long would it take?"},
                 {"kt reassign plan orders --replication-factor 3 -o json",
                  "three replicas, as JSON that execute reads too"}},
    .rows = {"brokers",
             {{"broker", "BROKER", Kind::integer, "Number of the broker"},
              {"alive", "ALIVE", Kind::boolean, "Whether it is in the cluster now"},
              {"replicas_before", "REPLICAS", Kind::integer, "Replicas on it now"},
              {"replicas_after", "AFTER", Kind::integer, "Replicas on it by the plan"},
              {"leaders_before", "LEADERS", Kind::integer, "Partitions that prefer it as leader"},
              {"leaders_after", "AFTER", Kind::integer, "The same by the plan"},
              {"size_before_bytes", "SIZE", Kind::size_bytes,
               "Bytes of its replicas; null where brokers do not tell (before 1.0)"},
              {"size_after_bytes", "AFTER", Kind::size_bytes, "Bytes by the plan; null likewise"},
              {"incoming_bytes", "COPIED TO", Kind::size_bytes,
               "Bytes copied to it; null likewise"},
              {"outgoing_bytes", "READ FROM", Kind::size_bytes,
               "Bytes copied from it as the leader; null likewise"}},
             {{"version", "", Kind::integer, "1: the version of Kafka's format of plans"},
              {"partitions",
               "",
               Kind::rows,
               "The partitions that change, as Kafka's tools read them",
               {{"topic", "TOPIC", Kind::text, "Name of the topic"},
                {"partition", "PARTITION", Kind::integer, "Number of the partition"},
                {"replicas", "REPLICAS", Kind::integers, "Its brokers, preferred leader first"}}},
              {"partition_count", "PARTITIONS THAT CHANGE", Kind::integer, "How many change"},
              {"replicas_to_move", "REPLICAS TO COPY", Kind::integer, "Replicas that are copied"},
              {"to_copy_bytes", "BYTES TO COPY", Kind::size_bytes,
               "Their bytes; null where brokers do not tell"},
              {"lower_bound_bytes", "AT LEAST", Kind::size_bytes,
               "What no plan for these aims could do without; null likewise"},
              {"duration_ms", "TIME", Kind::duration_ms,
               "How long the busiest broker copies at the throttle; null without one"},
              {"obstacles",
               "OUTSIDE THE BAND",
               Kind::rows,
               "Brokers that cannot be brought into the band, and the partition that forbids it",
               {{"balance", "BALANCE", Kind::text, "size, count or leaders"},
                {"side", "SIDE", Kind::text, "above or below"},
                {"brokers", "BROKERS", Kind::integers, "The brokers"},
                {"topic", "TOPIC", Kind::text, "Topic of the partition"},
                {"partition", "PARTITION", Kind::integer, "Its number"},
                {"size_bytes", "SIZE", Kind::size_bytes, "Bytes of one of its replicas"},
                {"message", "WHY", Kind::text, "What about it"}}}}},
    .make = make<ReassignPlan>,
};

}  // namespace kt
