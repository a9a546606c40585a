#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <set>

#include "base/text.h"
#include "chosen.h"
#include "client/throttles.h"
#include "connect.h"
#include "files.h"
#include "needs.h"
#include "protocol/errors.h"
#include "protocol/msg/alter_replica_log_dirs.h"
#include "reassign/job.h"

namespace kt {
namespace {

constexpr Milliseconds kShortestPause{100};
constexpr Milliseconds kLongestPause{2'000};
/// Brokers may be behind for a moment in what they tell; after so many looks it is no moment.
constexpr int kMostLooks = 12;

/// Held on the plan while it is carried out: a second kt with the same plan finds it taken.
class Lock {
 public:
  explicit Lock(const std::string& path) {
    if (path == "-") return;
    fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd_ < 0 || ::flock(fd_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
    ::close(fd_);
    throw Error("another kt is carrying out " + in_quotes(path), Exit::failed,
                "kt reassign verify shows how far it is");
  }
  ~Lock() {
    if (fd_ >= 0) ::close(fd_);
  }
  Lock(const Lock&) = delete;

 private:
  int fd_ = -1;
};

class ReassignExecute : public Invocation {
  std::string file_;
  std::string rollback_;
  bool overwrite_ = false;
  std::optional<Size> throttle_;
  int32_t in_flight_ = 0;
  bool wait_ = false;
  bool additional_ = false;

  std::vector<Argument> arguments() override {
    return {
        {"FILE", "", "The plan, in the JSON of Kafka's tools; - is stdin", &file_, Complete::files},
        {"--rollback", "FILE",
         "Where the replicas of now are written first; FILE.rollback.json unless given", &rollback_,
         Complete::files},
        {"--overwrite", "", "Replace a rollback file that is of something else", &overwrite_},
        {"--throttle", "SIZE", "Bytes a second that each broker may send and receive for this",
         &throttle_},
        {"--in-flight", "N", "Start no more than so many moves at once; 0 for all", &in_flight_},
        {"--wait", "", "Return when all is moved, and clear the throttle", &wait_},
        {"--additional", "", "Go on although partitions outside the plan are being moved",
         &additional_}};
  }

  static Error stale_rollback(const std::string& path, const std::string& why) {
    return Error("rollback file " + in_quotes(path) + " " + why, Exit::usage,
                 "--rollback names another, --overwrite replaces it");
  }

  /// The rollback file of an earlier run of this plan: what it says was there before still counts.
  static PartitionFile earlier_rollback(const std::string& path, const PlanStatus& status) {
    auto earlier = read_partition_file(path);
    std::map<TopicPartition, const PartitionFile::Entry*> before;
    for (const auto& entry : earlier.entries) before[entry.at] = &entry;
    if (before.size() != status.moves.size()) throw stale_rollback(path, "is of another plan");
    for (const auto& move : status.moves) {
      auto found = before.find(move.entry->at);
      if (found == before.end()) throw stale_rollback(path, "is of another plan");
      // One that was cancelled may have its replicas in another order.
      const auto& then = found->second->replicas;
      bool on_the_way =
          move.state != MoveState::waiting ||
          std::is_permutation(move.now.begin(), move.now.end(), then.begin(), then.end());
      if (!on_the_way)
        throw stale_rollback(
            path, fmt::format("is not of now: {} partition {} was moved since",
                              in_quotes(move.entry->at.topic), move.entry->at.partition));
    }
    return earlier;
  }

  /// The replicas of now, and where the plan gives directories, those of now too.
  PartitionFile rollback_of(Cluster& cluster, const PlanStatus& status) const {
    PartitionFile rollback;
    ReplicaFilesMap files;
    if (has_directories_ && tells_replica_files(cluster)) {
      std::vector<TopicPartition> partitions;
      for (const auto& move : status.moves) partitions.push_back(move.entry->at);
      files = replica_files(cluster, partitions);
    }
    for (const auto& move : status.moves) {
      rollback.entries.push_back({move.entry->at, move.now, {}, {}});
      if (move.entry->log_dirs.empty()) continue;
      for (int32_t broker : move.now) {
        auto found = files.find({broker, move.entry->at});
        rollback.entries.back().log_dirs.push_back(
            found == files.end() || found->second.directory.empty() ? "any"
                                                                    : found->second.directory);
      }
    }
    return rollback;
  }

  /// Wrong before anything is started: partitions or brokers that are not there, moves of others.
  void check(const PlanStatus& status, Mover& mover) const {
    std::set<int32_t> alive;
    for (const auto& broker : mover.brokers()) alive.insert(broker.id);
    for (const auto& move : status.moves) {
      auto name =
          fmt::format("{} partition {}", in_quotes(move.entry->at.topic), move.entry->at.partition);
      if (move.state == MoveState::absent)
        throw Error(name + " is not in the cluster", Exit::failed, "nothing was changed");
      if (move.state == MoveState::elsewhere)
        throw Error(name + " is being moved elsewhere by another plan", Exit::failed,
                    "kt reassign list shows it; wait for it, or cancel it");
      if (move.state == MoveState::done) continue;
      for (int32_t broker : move.entry->replicas)
        if (!alive.contains(broker))
          throw Error(
              fmt::format("{} is to go to broker {}, which is not in the cluster", name, broker),
              Exit::failed, "nothing was changed");
    }
    if (!status.others.empty() && !additional_)
      throw Error(fmt::format("{} outside this plan {} being moved: another plan is carried out",
                              counted(static_cast<int64_t>(status.others.size()), "partition"),
                              status.others.size() == 1 ? "is" : "are"),
                  Exit::failed, "kt reassign list shows them; --additional goes on all the same");
  }

  void throttle(Context& context, ThrottleSettings& settings, const Throttle& throttle) const {
    for (const auto& outcome : set_throttle(settings, throttle))
      if (outcome.error_code != 0) {
        report_error(context, "resource", outcome);
        throw Error("the throttle could not be set, so nothing was started", Exit::failed);
      }
  }

  /// Directories wanted are told before replicas come, and again once they are there.
  void move_directories_of(Context& context, Cluster& cluster, const PartitionFile& plan,
                           bool may_be_missing) {
    auto moves = directory_moves(plan);
    if (moves.empty()) return;
    needs<msg::AlterReplicaLogDirsRequest>(cluster, "moving replicas between log directories",
                                           BeforeThat::nowhere);
    for (const auto& outcome : move_directories(cluster, moves)) {
      bool not_there = outcome.error_code == ErrorCode::replica_not_available ||
                       outcome.error_code == ErrorCode::not_leader_or_follower;
      if ((outcome.error_code == 0 && outcome.message.empty()) || (not_there && may_be_missing))
        continue;
      if (!refused_.insert(outcome.move.at).second) continue;
      report_error(context,
                   {{"topic", outcome.move.at.topic},
                    {"partition", outcome.move.at.partition},
                    {"broker", outcome.move.broker}},
                   outcome.error_code,
                   outcome.message.empty() && outcome.error_code == ErrorCode::log_dir_not_found
                       ? "the broker has no log directory " + in_quotes(outcome.move.directory)
                       : outcome.message);
    }
  }

  /// Starts what may be started now; partitions of which the cluster refused anything are not tried
  /// again.
  void start(Context& context, Mover& mover, const PlanStatus& status) {
    auto moving = status.count(MoveState::moving);
    std::vector<Reassignment> moves;
    for (const auto& move : status.moves) {
      if (move.state != MoveState::waiting || refused_.contains(move.entry->at)) continue;
      auto started = looks_since_start_.find(move.entry->at);
      if (started != looks_since_start_.end()) {
        if (++started->second < kMostLooks) continue;
        refused_.insert(move.entry->at);
        report_error(context,
                     {{"topic", move.entry->at.topic}, {"partition", move.entry->at.partition}}, 0,
                     "was started and is not there: somebody cancelled it, or the controller "
                     "dropped it (its log says why)");
        continue;
      }
      if (in_flight_ > 0 && moving + moves.size() >= static_cast<size_t>(in_flight_)) break;
      moves.push_back({move.entry->at, move.entry->replicas});
    }
    bool must_wait = mover.one_order_at_a_time() && (moving > 0 || !status.others.empty());
    if (moves.empty() || must_wait) return;
    for (const auto& outcome : mover.start(std::move(moves))) {
      looks_since_start_[outcome.at] = 0;
      if (outcome.error_code == 0) continue;
      refused_.insert(outcome.at);
      report_error(context, {{"topic", outcome.at.topic}, {"partition", outcome.at.partition}},
                   outcome.error_code, outcome.message);
    }
  }

  bool is_finished(const PlanStatus& status) const {
    return std::all_of(status.moves.begin(), status.moves.end(), [&](const auto& move) {
      return move.state == MoveState::done || move.state == MoveState::absent ||
             refused_.contains(move.entry->at);
    });
  }

  bool is_started(const PlanStatus& status) const {
    return std::none_of(status.moves.begin(), status.moves.end(), [&](const auto& move) {
      return move.state == MoveState::waiting && !refused_.contains(move.entry->at) &&
             !looks_since_start_.contains(move.entry->at);
    });
  }

  /// Until all is started, or with --wait moved. Ends where nothing gets on for --timeout.
  PlanStatus carry_out(Context& context, Cluster& cluster, Mover& mover, PlanWatch& watch,
                       PlanStatus status, const PartitionFile& plan) {
    int64_t total = 0;
    for (const auto& move : status.moves) total += move.bytes;
    bool bytes = watch.knows_bytes() && total > 0;
    auto count = static_cast<int64_t>(status.moves.size());
    auto progress = context.progress("moving", bytes ? total : count,
                                     bytes ? Progress::Unit::bytes : Progress::Unit::items);
    int64_t shown = 0;
    auto pause = kShortestPause;
    auto done = status.count(MoveState::done);
    while (true) {
      for (const auto& move : status.moves)
        if (move.state == MoveState::elsewhere)
          throw Error(fmt::format("{} partition {} is being moved elsewhere now: another plan "
                                  "interferes",
                                  in_quotes(move.entry->at.topic), move.entry->at.partition),
                      Exit::failed, "kt reassign list shows it");
      start(context, mover, status);
      status = watch.look();
      if (wait_ ? is_finished(status) : is_started(status)) return status;
      if (wait_) move_directories_again(context, cluster, plan, status);
      // What a finished partition had to copy counts as copied.
      int64_t left = 0;
      for (const auto& move : status.moves) left += move.bytes - move.bytes_copied;
      auto now = bytes ? std::max<int64_t>(total - left, 0)
                       : static_cast<int64_t>(status.count(MoveState::done));
      if (now > shown || status.count(MoveState::done) != done) {
        cluster.progress();
        progress.advance(now - shown);
        shown = now;
        done = status.count(MoveState::done);
        pause = kShortestPause;
      } else {
        progress.advance(0);
        pause = std::min(pause * 2, kLongestPause);
      }
      if (cluster.deadline().remaining() <= pause)
        throw Error(fmt::format("nothing got on for {}: {} of {} partitions are done",
                                format_duration(context.settings.timeout), done, count),
                    Exit::unreachable,
                    "kt reassign verify shows the rest; started again, kt goes on");
      Clock::system().sleep(pause);
    }
  }

  void move_directories_again(Context& context, Cluster& cluster, const PartitionFile& plan,
                              const PlanStatus& status) {
    if (!has_directories_ || told_again_) return;
    bool placed = std::none_of(status.moves.begin(), status.moves.end(), [](const auto& move) {
      return move.state == MoveState::waiting || move.now != move.entry->replicas;
    });
    if (!placed) return;
    told_again_ = true;
    move_directories_of(context, cluster, plan, false);
  }

  void report_rows(Context& context, const PlanStatus& status, bool knows_bytes) const {
    for (const auto& move : status.moves) {
      bool started =
          move.state == MoveState::waiting && looks_since_start_.contains(move.entry->at);
      context.report().row(
          row_of(move, word_of(started ? MoveState::moving : move.state), knows_bytes));
    }
  }

  void report_dry_run(Context& context, const PlanStatus& status, bool knows_bytes) const {
    for (const auto& move : status.moves)
      context.report().row(row_of(move,
                                  move.state == MoveState::waiting
                                      ? std::string_view("would be moved")
                                      : word_of(move.state),
                                  knows_bytes));
  }

  Exit run(Context& context) override {
    auto plan = read_plan(file_);
    auto path = rollback_path(file_, rollback_);
    if (in_flight_ < 0) throw Error("--in-flight is no negative number", Exit::usage);
    if (throttle_ && throttle_->bytes < 1)
      throw Error("--throttle is a number of bytes a second", Exit::usage);
    has_directories_ = !directory_moves(plan).empty();
    Lock lock(context.settings.dry_run ? "-" : file_);
    auto cluster = connect(context);
    auto mover = mover_of(context, *cluster);
    auto settings = mover->throttles();
    if (throttle_ && !settings)
      throw Error("throttling moves takes Kafka 0.10.1 or later, and this cluster has " +
                  release_of(cluster->apis_of_any()));
    PlanWatch watch(*cluster, *mover, plan);
    auto status = watch.look();
    check(status, *mover);
    bool is_there = std::filesystem::exists(path) && !overwrite_;
    auto rollback = is_there ? earlier_rollback(path, status) : rollback_of(*cluster, status);
    context.report();
    if (context.settings.dry_run) {
      report_dry_run(context, status, watch.knows_bytes());
      return Exit::ok;
    }
    bool set_throttle = throttle_ && rollback.throttle.empty();
    if (set_throttle) {
      std::vector<ThrottledMove> moves;
      for (const auto& move : status.moves)
        if (move.state != MoveState::done)
          moves.push_back({move.entry->at, move.now, move.entry->replicas});
      rollback.throttle = find_throttle(*settings, moves, throttle_->bytes);
    } else if (throttle_) {
      rollback.throttle.bytes_per_second = throttle_->bytes;
    }
    if (!is_there || throttle_) write_output(path, to_json(rollback));
    // Where all is moved none is set again, which brokers might show only after it was looked for.
    bool all_done = status.count(MoveState::done) == status.moves.size();
    if (!rollback.throttle.empty() && settings && !all_done)
      throttle(context, *settings, rollback.throttle);
    move_directories_of(context, *cluster, plan, true);
    status = carry_out(context, *cluster, *mover, watch, std::move(status), plan);
    report_rows(context, status, watch.knows_bytes());
    if (wait_)
      clear_plan_throttle(context, *cluster, *mover, rollback);
    else
      context.note("kt reassign verify " + file_ + " shows how far it is" +
                   (rollback.throttle.empty() ? "" : ", and clears the throttle at the end"));
    return exit_of(context);
  }

  bool has_directories_ = false;
  bool told_again_ = false;
  std::set<TopicPartition> refused_;
  /// Of what this run started: how often it was seen neither moving nor moved.
  std::map<TopicPartition, int> looks_since_start_;
};

}  // namespace

extern const Command reassign_execute;
const Command reassign_execute{
    .words = "reassign execute",
    .summary = "Move replicas as a plan says",
    .text =
        R"(Takes a plan of kt reassign plan or of Kafka's own tool (version 1, log_dirs too) and starts its moves.
Before anything is changed, the replicas of now are written to a rollback file, which is itself a plan that
takes everything back; one that is there is never replaced, unless by --overwrite.

--throttle limits what is copied: the rate on the brokers involved, and on the topics exactly the replicas
that move, beside those that others have set. kt reassign verify takes back what this plan set, as
does --wait, and nothing else.

--in-flight N keeps at most so many partitions moving, and stays until the last is started. --wait shows the
bytes copied and the time left, and returns when all is done; --timeout is then the longest time without
progress. When kt was ended on the way, the same command goes on where it was. It refuses to begin where
another plan is being carried out: a kt with the same plan, moves of the same partitions
to other brokers, or, unless --additional, of other partitions.

log_dirs moves a replica to that directory of its broker (Kafka 1.1 and later); "any" leaves it to the broker.)",
    .examples = {{"kt reassign execute plan.json --wait", "move, and wait for it"},
                 {"kt reassign execute plan.json --throttle 50MB --in-flight 20 --wait", "gently"},
                 {"kt reassign execute plan.rollback.json --dry-run",
                  "what taking it back would do"}},
    .rows = kMoveRows,
    .changes = true,
    .make = make<ReassignExecute>,
};

}  // namespace kt
