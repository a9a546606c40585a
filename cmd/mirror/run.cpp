// Copies topics from cluster to cluster, for once or for good.
#include <fmt/format.h>
#include <malloc.h>

#include <map>
#include <set>

#include "base/crc32c.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "mirror/group_flags.h"
#include "mirror/mirror.h"
#include "mirror/pair.h"
#include "mirror/share.h"
#include "mirror/watch.h"
#include "protocol/errors.h"

namespace kt {
namespace {

constexpr Milliseconds kLookForSignals{200}, kRefresh{30'000};
constexpr size_t kMostNamed = 5;
constexpr int kOwnMapping = 1 << 20;

std::string_view state_name(mirror::LaneState state) {
  switch (state) {
    case mirror::LaneState::starting:
      return "waiting";
    case mirror::LaneState::copying:
      return "copying";
    case mirror::LaneState::done:
      return "done";
    case mirror::LaneState::stopped:
      return "stopped";
    case mirror::LaneState::leaving:
    case mirror::LaneState::elsewhere:
      return "elsewhere";
  }
  return "";
}

Value known(int64_t offset) { return offset < 0 ? Value() : Value(offset); }

class MirrorRun : public Invocation {
  MirrorPair pair_;
  MirrorWatch watch_;
  std::optional<Position> start_;
  std::string on_gap_ = "stop";
  bool exit_ = false, append_ = false, no_create_ = false;
  Size memory_{int64_t{128} << 20};
  std::optional<Milliseconds> refresh_;
  std::optional<Size> rate_;
  std::string shard_;
  int64_t shard_number_ = 1, shard_count_ = 1;
  bool share_ = false;
  Milliseconds session_timeout_{10'000};
  mirror::Share* shared_ = nullptr;
  GroupFlags groups_;
  std::set<TopicPartition> seen_;
  std::set<TopicPartition> reported_;
  std::set<std::string> refused_;
  struct Created {
    std::string topic;
    int32_t partition;
    std::string target;
  };
  std::vector<Created> created_;  ///< those that a dry run does not find in the target

  std::vector<Argument> arguments() override {
    auto list = pair_.arguments();
    list.push_back({"--exit", "", "End where the partitions end now", &exit_});
    list.push_back(
        {"--start", "POSITION",
         "Where partitions begin that were never copied: earliest (unless said), latest, "
         "+10, -10, @2026-11-22T10:00:00Z, @-1h",
         &start_});
    list.push_back({.spec = "--on-gap",
                    .value = "stop|skip",
                    .help = "Where the source deleted records before they were copied",
                    .target = &on_gap_,
                    .choices = {"stop", "skip"}});
    list.push_back({"--append", "", "Copy into partitions that hold records of others", &append_});
    list.push_back(
        {"--no-create", "", "Neither create nor grow topics of the target", &no_create_});
    list.push_back(
        {"--shard", "I/N",
         "Copy this share of the partitions only, of N that other runs copy: 1/3, 2/3, 3/3",
         &shard_});
    list.push_back({"--share", "",
                    "Share the partitions out with all other runs that have --share and this "
                    "--name, and take over those of runs that die",
                    &share_});
    list.push_back({"--session-timeout", "DURATION",
                    "With --share: how long a run is silent before others take over",
                    &session_timeout_});
    for (auto& one : groups_.arguments()) list.push_back(std::move(one));
    list.push_back({"--rate", "SIZE", "Bytes a second at most, as they were fetched", &rate_});
    list.push_back({"--memory", "SIZE", "What may be under way between the clusters", &memory_});
    list.push_back({"--refresh", "DURATION",
                    "How often new topics and partitions are looked for; 30s unless said",
                    &refresh_});
    for (auto& one : watch_.arguments()) list.push_back(std::move(one));
    return list;
  }

  void read_shard() {
    if (shard_.empty()) return;
    auto parts = split(shard_, '/');
    bool is_right = parts.size() == 2 && parse_int64(parts[0], shard_number_) &&
                    parse_int64(parts[1], shard_count_) && shard_number_ >= 1 &&
                    shard_number_ <= shard_count_;
    if (!is_right)
      throw Error("--shard " + in_quotes(shard_) + ": not I/N with I from 1 to N", Exit::usage);
  }
  /// The same on every machine.
  bool is_mine(const std::string& topic, int32_t partition) const {
    return (int64_t{crc32c(topic)} + partition) % shard_count_ == shard_number_ - 1;
  }

  /// Adds what is new in the source, once the target is ready for it.
  void look_for_topics(Context& context, mirror::Mirror& copier, bool is_first) {
    pair_.source().progress();
    pair_.target().progress();
    std::vector<mirror::CopiedTopic> fresh;
    for (auto& topic : pair_.choose(context, is_first)) {
      auto name = topic.source.name.value_or("");
      if (refused_.contains(name)) continue;
      for (const auto& partition : topic.source.partitions)
        if (is_mine(name, partition.partition_index) &&
            !seen_.contains({name, partition.partition_index})) {
          fresh.push_back(std::move(topic));
          break;
        }
    }
    if (fresh.empty()) return;
    for (const auto& plan : pair_.plans(fresh)) {
      Outcome outcome;
      if (context.settings.dry_run && !no_create_) {
        for (int32_t number = 0; number < plan.partitions; ++number)
          if (number >= plan.target_partitions && is_mine(plan.source, number))
            created_.push_back({plan.source, number, plan.target});
          else if (is_mine(plan.source, number))
            copier.add({plan.source, number}, {plan.target, number});
        continue;
      }
      if (plan.action != mirror::TopicAction::none && no_create_)
        outcome = {plan.target, static_cast<int16_t>(ErrorCode::unknown_topic_or_partition),
                   fmt::format("the target has {} of its {}, and --no-create was given",
                               plan.target_partitions, counted(plan.partitions, "partition"))};
      else
        outcome = mirror::prepare_topic(pair_.target(), plan);
      if (outcome.error_code != 0) {
        refused_.insert(plan.source);
        report_error(context, "topic", outcome);
        continue;
      }
      for (int32_t number = 0; number < plan.partitions; ++number) {
        TopicPartition source{plan.source, number}, target{plan.target, number};
        if (!is_mine(plan.source, number) || !seen_.insert(source).second) continue;
        if (shared_)
          shared_->offer(source, target);
        else
          copier.add(source, target);
      }
    }
    if (shared_) shared_->join();
  }

  /// Partitions that stopped are told of at once.
  void look_at(Context& context, const mirror::Mirror& copier) {
    auto partitions = copier.status();
    for (const auto& status : partitions) {
      if (status.state != mirror::LaneState::stopped) continue;
      if (!reported_.insert(status.source).second) continue;
      auto message = status.hint.empty() ? status.message : status.message + ": " + status.hint;
      watch_.finish(context);
      context.report().error(
          {{{"topic", status.source.topic}, {"partition", status.source.partition}},
           0,
           "",
           message});
    }
    watch_.turn(context, partitions);
  }

  static std::string_view state_of(const Context& context, const mirror::PartitionStatus& status) {
    if (!context.settings.dry_run || status.state != mirror::LaneState::done)
      return state_name(status.state);
    return status.position < status.source_end ? "would be copied" : "in step";
  }

  void print(Context& context, const mirror::Mirror& copier) {
    for (const auto& one : created_)
      context.report().row({one.topic, one.partition, one.target, "would be created", Value(),
                            Value(), Value(), 0, 0, 0, Value()});
    for (const auto& status : copier.status()) {
      Value lag;
      if (status.position >= 0 && status.source_end >= 0)
        lag = std::max<int64_t>(0, status.source_end - status.position);
      Value message;
      if (!status.message.empty()) message = status.message;
      context.report().row({status.source.topic, status.source.partition, status.target.topic,
                            state_of(context, status), known(status.position),
                            known(status.source_end), std::move(lag), status.records, status.bytes,
                            status.runs, std::move(message)});
    }
  }

  /// What goes on for good ends by a signal alone: stopped partitions would never be in its code.
  Exit exit_of_mirror(Context& context, const mirror::Mirror& copier) const {
    auto exit = exit_of(context);
    if (exit_ || exit == Exit::ok) return exit;
    Interrupt::forget();
    std::vector<std::string> stopped;
    for (const auto& status : copier.status())
      if (status.state == mirror::LaneState::stopped) stopped.push_back(name_of(status.source));
    if (stopped.empty()) return exit;
    auto count = counted(static_cast<int64_t>(stopped.size()), "partition");
    if (stopped.size() > kMostNamed) {
      stopped.resize(kMostNamed);
      stopped.emplace_back("...");
    }
    context.err.say(fmt::format("kt: {} stopped: {}\n", count, join(stopped, ", ")));
    return exit;
  }

  Exit run(Context& context) override {
    if (memory_.bytes < (8 << 20) || memory_.bytes > (int64_t{64} << 30))
      throw Error("--memory must be from 8 MiB to 64 GiB", Exit::usage);
    if (rate_ && rate_->bytes < 1) throw Error("--rate must be 1 or more", Exit::usage);
    read_shard();
    watch_.choose_log(context);
    if (share_ && (exit_ || !shard_.empty()))
      throw Error("--share is for runs that go on for good, without --exit and --shard",
                  Exit::usage);
    groups_.check(pair_);
    pair_.open(context);
    auto syncing = groups_.options(context, pair_);
    mirror::MirrorOptions options;
    options.name = pair_.name();
    options.source_cluster_id = pair_.source_id();
    const auto& maker = pair_.maker();
    options.start = start_.value_or(maker && maker->start ? *maker->start : Position{});
    if (!refresh_) refresh_ = maker && maker->refresh ? *maker->refresh : kRefresh;
    options.takeover = pair_.takeover(context);
    options.skip_gaps = on_gap_ == "skip";
    options.append = append_;
    exit_ = exit_ || context.settings.dry_run;
    options.stop_at_end = exit_;
    options.only_place = context.settings.dry_run;
    if (rate_) options.bytes_per_s = rate_->bytes;
    options.memory_bytes = static_cast<size_t>(memory_.bytes);
    // Freed buffers go back to the system: as holes of the heap they would count for nobody.
    mallopt(M_MMAP_THRESHOLD, kOwnMapping);
    options.warn = [&context](const std::string& sentence) { context.warn(sentence); };
    options.log = [&context](const std::string& sentence) { context.detail(sentence); };
    mirror::Mirror copier(pair_.source(), pair_.target(), std::move(options));
    context.report();
    Interrupt::watch();
    Interrupt::watch_reload();
    watch_.start(context, copier);
    std::optional<mirror::Share> shared;
    if (share_ && !context.settings.dry_run) {
      mirror::ShareOptions sharing;
      sharing.mirror = pair_.name();
      sharing.source_cluster_id = pair_.source_id();
      sharing.session_timeout = session_timeout_;
      sharing.refresh = *refresh_;
      sharing.log = [&context](const std::string& sentence) { context.detail(sentence); };
      shared_ = &shared.emplace(pair_.source(), pair_.target(), copier, std::move(sharing));
    }
    std::optional<mirror::GroupSync> synced;
    if (syncing && !context.settings.dry_run)
      synced.emplace(pair_.source(), pair_.target(), copier, std::move(*syncing));
    look_for_topics(context, copier, true);
    try {
      copy(context, copier);
    } catch (...) {
      shared.reset();
      look_at(context, copier);
      print(context, copier);
      throw;
    }
    copier.finish();
    if (synced && exit_) synced->finish();
    if (shared) shared->leave();
    look_at(context, copier);
    print(context, copier);
    return exit_of_mirror(context, copier);
  }

  void copy(Context& context, mirror::Mirror& copier) {
    Deadline next_look(*refresh_);
    while (!Interrupt::came()) {
      if (shared_) shared_->take_up();
      bool has_more = copier.work(Deadline(kLookForSignals));
      look_at(context, copier);
      if (!has_more && exit_) break;
      if (!has_more) Clock::system().sleep(kLookForSignals);
      bool reload = Interrupt::take_reload();
      if (!reload && (exit_ || !next_look.expired())) continue;
      try {
        if (reload) read_lists_again(context, copier);
        look_for_topics(context, copier, false);
      } catch (const Error& error) {
        context.warn("topics could not be looked at: " + error.message());
      }
      next_look = Deadline(*refresh_);
    }
    watch_.finish(context);
  }

  /// What the lists name no more is copied no more.
  void read_lists_again(Context& context, mirror::Mirror& copier) {
    pair_.read_lists_again();
    refused_.clear();
    std::set<std::string> named;
    for (const auto& topic : pair_.choose(context, false))
      named.insert(topic.source.name.value_or(""));
    std::set<std::string> left;
    std::erase_if(seen_, [&](const TopicPartition& source) {
      if (named.contains(source.topic)) return false;
      if (shared_) shared_->withdraw(source);
      copier.remove(source);
      left.insert(source.topic);
      return true;
    });
    if (shared_) shared_->join();
    for (const auto& topic : left)
      context.note(fmt::format("topic {} is copied no more", in_quotes(topic)));
    context.note("the lists of topics were read again");
  }
};

}  // namespace

extern const Command mirror_run;
const Command mirror_run{
    .words = "mirror run",
    .summary = "Copy topics from one cluster to another, each record once",
    .text =
        R"(Copies the topics named, or all but Kafka's own, from the cluster --from to the cluster --to, and goes
on until Ctrl-C; --exit ends where the partitions ended when the command began. Topics that the target
lacks are created with the source's partitions and settings, partitions that were added are followed,
and new topics that match are picked up. --from and --to are contexts or bootstrap lists; -X, --config,
--map and --timeout hold for both clusters.

Batches pass as they are, compressed as they are; where more than one waits, small ones are joined. Keys,
values, headers and times stay what they were. Of transactions only what was committed is copied, and no
markers. Offsets in the target follow each other without holes.

Nothing is copied twice and nothing is left out, whatever is interrupted, killed or started twice: each
record's source offset is its sequence number in the target, so that the target's brokers refuse what
they have, and tell where to go on. Nothing is kept elsewhere. Targets from 0.8.2 to 0.10 have no such
numbers: there the position is stored, and after a failure the last records are compared.
See kt-mirror-guarantees(7) for what holds on which releases.

A mirror that has nothing to copy asks each broker of the source twice a second and the target's not at
all, however many partitions it has, and looks for topics every --refresh.

Ctrl-C and SIGTERM end it once what was sent is acknowledged (10 seconds at most), with exit code 130 or
143, and 1 where something failed; stderr names the partitions that are stopped then. SIGHUP has it read --topics-file and the files of MirrorMaker again: what they name no more is copied
no more, what is new is copied at once. stderr gets a line a minute, on a terminal a line that is rewritten;
--log json makes objects of all that is said. --metrics 9400 answers http://127.0.0.1:9400/metrics for
Prometheus, /healthz (503 where nothing has moved for a minute) and /readyz (503 where a partition is
stopped or waits). make install brings a unit for systemd, kt-mirror@.service.

MirrorMaker's flags and files are taken too, and kt goes on where it came to: kt-mirror-moving-in(7).

--sync-groups commits what groups have committed in the source at the same place in the target, exactly,
never beyond what is copied; a group that has members in the target, or was moved on there, is left alone.

With --share the same command runs on any number of machines. Kafka's group protocol deals the partitions
out among them, in the target (in the source where the target is older than 0.9), as the group
kt-mirror.NAME.SOURCE; what a run had that ends or dies goes to the others.

A partition that cannot go on stops alone, with its error and the way out, and makes the exit code 1: the
source deleted records before they were copied (--on-gap skip goes on behind them), the topic was created
anew or its log truncated, the target holds records of others (--append copies behind them). One that
waits, for a leader or for a topic that was deleted, is told of after --timeout and tried further; SIGHUP
leaves out topics that are gone. --dry-run says where each partition would go on, and what would stop it.)",
    .examples = {{"kt mirror run orders --from east --to west", "one topic, for good"},
                 {"kt mirror run --from old --to new --exit", "everything that is there now"},
                 {"kt mirror run --regex 'app-.*' --exclude '.*-test' --rename "
                  "'(.*)=east.$1' --from east --to west",
                  "some topics, under other names"},
                 {"kt mirror run --from east --to west --shard 1/2 --rate 50MiB",
                  "one half of all partitions, at 50 MiB a second at most"},
                 {"kt mirror run --from east --to west --metrics 9400 --log json",
                  "as a service, watched by Prometheus"},
                 {"kt mirror run --regex 'app-.*' --from east --to west --share",
                  "on several machines, which share the work"},
                 {"kt mirror run orders --from east --to west --exit --sync-groups "
                  "--groups 'billing.*'",
                  "a topic, and where its readers are"},
                 {"kt mirror run --mm2 mm2.properties",
                  "instead of MirrorMaker 2, from where it came to"},
                 {"kt mirror run orders --from east --to west --start @-1h --on-gap skip",
                  "the last hour, and what comes"}},
    .rows = {"partitions",
             {{"topic", "TOPIC", Kind::text, "Name of the topic in the source"},
              {"partition", "PARTITION", Kind::integer, "Number of the partition, in both"},
              {"target_topic", "TARGET", Kind::text, "Name of the topic in the target"},
              {"state", "STATE", Kind::text,
               "copying, done, waiting, stopped, or elsewhere, in another run with --share; with "
               "--dry-run would be copied, would be created, "
               "in step or stopped"},
              {"position", "POSITION", Kind::integer,
               "The source offset before which all is in the target; null where not known"},
              {"source_end_offset", "END", Kind::integer,
               "Where the source ended when last heard of; null where not known"},
              {"lag", "LAG", Kind::integer, "Offsets between the two; null where not known"},
              {"copied_records", "RECORDS", Kind::integer, "Records that this run copied"},
              {"copied_bytes", "SIZE", Kind::size_bytes, "Bytes that this run copied"},
              {"runs", "", Kind::integer,
               "Producer ids that this run began in the target, one per hole in the offsets"},
              {"message", "", Kind::text, "Why it waits or is stopped; null otherwise"}}},
    .exits = {{Exit::failed, "At least one partition is stopped, or a topic could not be made"},
              {Exit::unreachable,
               "Nothing could be copied for --timeout, though there was something"}},
    .connects = false,
    .changes = true,
    .streams = true,
    .make = make<MirrorRun>,
};

}  // namespace kt
