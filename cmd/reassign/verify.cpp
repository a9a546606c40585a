#include <filesystem>

#include "base/text.h"
#include "chosen.h"
#include "connect.h"
#include "reassign/job.h"

namespace kt {
namespace {

class ReassignVerify : public Invocation {
  std::string file_;
  std::string rollback_;
  bool preserve_throttles_ = false;

  std::vector<Argument> arguments() override {
    return {
        {"FILE", "", "The plan; - is stdin", &file_, Complete::files},
        {"--rollback", "FILE",
         "The rollback file of execute, which knows the throttle; FILE.rollback.json unless given",
         &rollback_, Complete::files},
        {"--preserve-throttles", "", "Clear no throttle", &preserve_throttles_}};
  }

  Exit run(Context& context) override {
    auto plan = read_plan(file_);
    auto path = rollback_.empty() && file_ == "-" ? std::string() : rollback_path(file_, rollback_);
    PartitionFile rollback;
    if (!path.empty() && (std::filesystem::exists(path) || !rollback_.empty()))
      rollback = read_partition_file(path);
    auto cluster = connect(context);
    auto mover = mover_of(context, *cluster);
    PlanWatch watch(*cluster, *mover, plan);
    auto status = watch.look();
    for (const auto& move : status.moves)
      context.report().row(row_of(move, word_of(move.state), watch.knows_bytes()));
    bool done = status.count(MoveState::done) == status.moves.size();
    if (done && !preserve_throttles_) clear_plan_throttle(context, *cluster, *mover, rollback);
    auto ongoing = status.others;
    for (const auto& move : status.moves)
      if (move.state != MoveState::done) ongoing.push_back({move.entry->at, {}, {}, {}});
    if (!preserve_throttles_) warn_of_stale_throttles(context, *cluster, *mover, ongoing);
    if (auto failed = exit_of(context); failed != Exit::ok) return failed;
    return done ? Exit::ok : Exit::check;
  }
};

}  // namespace

extern const Command reassign_verify;
const Command reassign_verify{
    .words = "reassign verify",
    .summary = "Show how far a plan is, and end its throttle when it is done",
    .text =
        R"(Compares a plan with the cluster, partition by partition: done, moving, waiting (not started, or cancelled),
moving elsewhere (another plan has it). While anything is not done the exit code is 3.

When all is done, the throttle that execute set for this plan is cleared: its own entries in the lists of
topics, and the rates of brokers that it set, which get back the value from before; it returns when all
brokers show that. What others have set stays, unlike with Kafka's own tool, which clears the throttles of
everybody. Throttles that no move needs any more are named.)",
    .examples = {{"kt reassign verify plan.json", "is it done?"},
                 {"kt reassign verify plan.json -o json", "for a script"}},
    .rows = kMoveRows,
    .exits = {{Exit::check, "The plan is not done"}},
    .make = make<ReassignVerify>,
};

}  // namespace kt
