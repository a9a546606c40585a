#include <algorithm>
#include <filesystem>

#include "base/contains.h"
#include "base/text.h"
#include "chosen.h"
#include "connect.h"
#include "needs.h"
#include "protocol/msg/alter_partition_reassignments.h"
#include "reassign/job.h"

namespace kt {
namespace {

class ReassignCancel : public Invocation {
  std::string file_;
  std::string rollback_;
  bool all_ = false;

  std::vector<Argument> arguments() override {
    return {
        {"[FILE]", "", "The plan; - is stdin", &file_, Complete::files},
        {"--rollback", "FILE",
         "The rollback file of execute, which knows the throttle; FILE.rollback.json unless given",
         &rollback_, Complete::files},
        {"--all", "", "Every move that goes on, whoever started it", &all_}};
  }

  using Replicas = std::map<TopicPartition, std::vector<int32_t>>;

  /// A move may have changed the order too, which brokers leave as it is when they cancel: puts
  /// that of the rollback file back, into `now` as well.
  static std::vector<ReassignmentOutcome> restore_order(
      Cluster& cluster, const std::vector<ReassignmentOutcome>& cancelled,
      const PartitionFile& rollback, Replicas& now) {
    Replicas before;
    for (const auto& entry : rollback.entries) before[entry.at] = entry.replicas;
    std::vector<Reassignment> orders;
    for (const auto& outcome : cancelled) {
      auto wanted = before.find(outcome.at);
      auto& replicas = now[outcome.at];
      if (outcome.error_code != 0 || wanted == before.end() || wanted->second == replicas ||
          !std::is_permutation(replicas.begin(), replicas.end(), wanted->second.begin(),
                               wanted->second.end()))
        continue;
      replicas = wanted->second;
      orders.push_back({outcome.at, wanted->second});
    }
    if (orders.empty()) return {};
    return alter_reassignments(cluster, std::move(orders));
  }

  Exit run(Context& context) override {
    if (all_ == !file_.empty())
      throw Error("which moves are to be cancelled?", Exit::usage, "those of FILE, or --all");
    PartitionFile plan, rollback;
    if (!all_) {
      plan = read_plan(file_);
      auto path =
          rollback_.empty() && file_ == "-" ? std::string() : rollback_path(file_, rollback_);
      if (!path.empty() && (std::filesystem::exists(path) || !rollback_.empty()))
        rollback = read_partition_file(path);
    }
    auto cluster = connect(context);
    needs<msg::AlterPartitionReassignmentsRequest>(*cluster, "cancelling moves of replicas",
                                                   BeforeThat::nowhere);
    auto mover = mover_of(context, *cluster);
    std::map<TopicPartition, const PartitionFile::Entry*> planned;
    for (const auto& entry : plan.entries) planned[entry.at] = &entry;
    std::vector<Reassignment> moves;
    Replicas back;
    for (const auto& one : list_reassignments(*cluster)) {
      std::vector<int32_t> target, before;
      for (int32_t broker : one.replicas) {
        if (!contains(one.removing, broker)) target.push_back(broker);
        if (!contains(one.adding, broker)) before.push_back(broker);
      }
      auto found = planned.find(one.at);
      if (!all_ && found == planned.end()) continue;
      if (!all_ && found->second->replicas != target) {
        report_error(context, {{"topic", one.at.topic}, {"partition", one.at.partition}}, 0,
                     "is being moved elsewhere, by another plan: left alone");
        continue;
      }
      moves.push_back({one.at, std::nullopt});
      back[one.at] = std::move(before);
    }
    context.report();
    if (moves.empty()) context.note("nothing of it is being moved");
    if (context.settings.dry_run) {
      for (const auto& move : moves)
        context.report().row(
            {move.at.topic, move.at.partition, "would be cancelled", Value(back[move.at])});
      return exit_of(context);
    }
    auto outcomes = alter_reassignments(*cluster, moves);
    auto in_order = restore_order(*cluster, outcomes, rollback, back);
    auto tell = [&](const ReassignmentOutcome& outcome) {
      report_error(context, {{"topic", outcome.at.topic}, {"partition", outcome.at.partition}},
                   outcome.error_code, outcome.message);
    };
    for (const auto& outcome : outcomes) {
      if (outcome.error_code == 0)
        context.report().row(
            {outcome.at.topic, outcome.at.partition, "cancelled", Value(back[outcome.at])});
      else
        tell(outcome);
    }
    for (const auto& outcome : in_order)
      if (outcome.error_code != 0) tell(outcome);
    clear_plan_throttle(context, *cluster, *mover, rollback);
    return exit_of(context);
  }
};

}  // namespace

extern const Command reassign_cancel;
const Command reassign_cancel{
    .words = "reassign cancel",
    .summary = "Cancel moves of replicas that go on",
    .text =
        R"(Ends the moves of a plan that go on, or all of them: the partition stays where it was, and what was copied is
dropped. Where the rollback file of execute is there, the order of replicas is as it was too. Moves that are done
are not taken back; that file is the plan for it. The throttle of the plan is cleared. Needs Kafka 2.4: before that, a move that has begun cannot be ended.)",
    .examples = {{"kt reassign cancel plan.json", "end what has not come to its end"},
                 {"kt reassign cancel --all --dry-run", "which moves would be ended?"}},
    .rows = {"partitions",
             {{"topic", "TOPIC", Kind::text, "Name of the topic"},
              {"partition", "PARTITION", Kind::integer, "Number of the partition"},
              {"result", "RESULT", Kind::text, "cancelled or would be cancelled"},
              {"replicas", "REPLICAS", Kind::integers, "The brokers that it stays on"}}},
    .changes = true,
    .make = make<ReassignCancel>,
};

}  // namespace kt
