#include <algorithm>
#include <optional>
#include <set>

#include "base/text.h"
#include "broker/handover.h"
#include "broker/ids.h"
#include "client/admin_elections.h"
#include "client/admin_shutdown.h"
#include "connect.h"
#include "needs.h"
#include "protocol/errors.h"
#include "protocol/msg/alter_partition_reassignments.h"

namespace kt {
namespace {

class BrokerShutdown : public Invocation {
  std::optional<int32_t> broker_;
  std::string rollback_;
  std::string undo_;
  int32_t retries_ = 3;
  Milliseconds interval_{5'000};

  std::vector<Argument> arguments() override {
    return {{"[BROKER]", "", "Number of the broker; the file's with --undo", &broker_,
             Complete::brokers},
            {"--retries", "N", "Tries more, where partitions are left", &retries_},
            {"--retry-interval", "DURATION", "Time between two tries", &interval_},
            {"--rollback", "FILE",
             "Where KRaft's order of replicas is kept; kt-broker-N-shutdown.json unless given",
             &rollback_, Complete::files},
            {"--undo", "FILE", "Put order and leaders back as this rollback file has them", &undo_,
             Complete::files}};
  }

  void check_arguments() const {
    if (!broker_ && undo_.empty()) throw Error("which broker?", Exit::usage);
    if (!undo_.empty() && !rollback_.empty())
      throw Error("--rollback and --undo are two jobs", Exit::usage);
    if (retries_ < 0) throw Error("--retries: no number below zero", Exit::usage);
  }

  static void report_row(Context& context, const Handover& one, std::optional<int32_t> leader,
                         std::string_view result) {
    Value before;
    if (one.leader >= 0) before = one.leader;
    context.report().row(
        {one.at.topic, one.at.partition, std::move(before), leader, one.replicas, result});
  }

  static Exit dry_run(Context& context, const std::vector<Handover>& handovers, int32_t broker) {
    bool stuck = false;
    for (const auto& one : handovers) {
      if (one.leader != broker) {
        report_row(context, one, one.leader, "would lead no more");
      } else if (one.successors.empty()) {
        stuck = true;
        report_row(context, one, std::nullopt, "would have no leader");
      } else {
        report_row(context, one, one.successors.front(), "would be moved");
      }
    }
    return stuck ? Exit::check : Exit::ok;
  }

  /// What the broker still leads after the last try, with why, where the controller said so.
  Refusals by_request(Context& context, Cluster& cluster) const {
    for (int attempt = 0;; ++attempt) {
      auto answer = controlled_shutdown(cluster, *broker_);
      if (answer.error_code != 0)
        throw Error("the controlled shutdown of broker " + std::to_string(*broker_) +
                    " was refused: " + error_text(answer.error_code));
      Refusals left;
      for (auto& at : answer.still_led)
        left[std::move(at)] = {0, "no other replica was in sync in time"};
      if (left.empty() || !go_on(context, cluster, attempt, left.size())) return left;
    }
  }

  Refusals by_order(Context& context, Cluster& cluster, std::vector<Handover> handovers) const {
    for (int attempt = 0;; ++attempt) {
      auto refused = hand_over(cluster, handovers, *broker_);
      auto left = describe_topics(cluster);
      handovers = find_handovers(left, *broker_);
      std::erase_if(handovers, [](const Handover& one) { return one.replicas.size() < 2; });
      if (handovers.empty() || !go_on(context, cluster, attempt, handovers.size())) return refused;
    }
  }

  /// False where this was the last try; else waits.
  bool go_on(Context& context, Cluster& cluster, int attempt, size_t left) const {
    if (attempt >= retries_ || cluster.deadline().remaining() <= interval_) return false;
    context.detail(counted(static_cast<int64_t>(left), "partition") + " left, trying again");
    Clock::system().sleep(interval_);
    return true;
  }

  static void report_left(Context& context, const Handover& one, const Refusals& refused) {
    auto why = refused.find(one.at);
    bool alone = one.successors.empty();
    report_error(context, {{"topic", one.at.topic}, {"partition", one.at.partition}},
                 why == refused.end() ? int16_t{0} : why->second.error_code,
                 alone ? "no other replica is in sync"
                 : why != refused.end() && !why->second.message.empty() ? why->second.message
                                                                        : "it leads still");
  }

  Exit shut_down(Context& context, Cluster& cluster) const {
    bool by_request_here = has_controlled_shutdown(cluster);
    auto metadata = describe_topics(cluster);
    if (!cluster.metadata()->brokers.contains(*broker_)) cluster.refresh({});
    if (!cluster.metadata()->brokers.contains(*broker_))
      throw Error("broker " + std::to_string(*broker_) + " is not in the cluster", Exit::failed,
                  "kt broker list shows those that are");
    auto before = find_handovers(metadata, *broker_);
    if (by_request_here)
      std::erase_if(before, [&](const auto& one) { return one.leader != *broker_; });
    context.report();
    if (context.settings.dry_run) return dry_run(context, before, *broker_);
    Refusals refused;
    if (by_request_here) {
      refused = by_request(context, cluster);
    } else {
      needs<msg::AlterPartitionReassignmentsRequest>(cluster, "moving leaders off a broker");
      auto path = rollback_.empty() ? rollback_name(*broker_) : rollback_;
      keep_rollback(path, metadata.cluster_id.value_or(""), *broker_, before);
      context.note(
          "KRaft has no request for this: leaders are moved by the order of replicas and "
          "elections; kt broker shutdown --undo " +
          path + " puts them back");
      refused = by_order(context, cluster, before);
    }
    report_result(context, cluster, before, refused);
    return exit_of(context);
  }

  void report_result(Context& context, Cluster& cluster, const std::vector<Handover>& before,
                     const Refusals& refused) const {
    std::vector<std::string> names;
    for (const auto& one : before)
      if (names.empty() || names.back() != one.at.topic) names.push_back(one.at.topic);
    std::set<TopicPartition> handed_over;
    for (const auto& one : before)
      if (!one.successors.empty() && !refused.contains(one.at)) handed_over.insert(one.at);
    // Brokers hear of new leaders a little later than who asked the controller.
    await_topics(cluster, names, [&](const TopicMetadata& topic) {
      return std::none_of(topic.partitions.begin(), topic.partitions.end(), [&](const auto& one) {
        return one.leader_id == *broker_ &&
               handed_over.contains({topic.name.value_or(""), one.partition_index});
      });
    });
    auto leaders = leaders_in(describe_topics(cluster, names));
    for (const auto& one : before) {
      auto leader = leaders[one.at];
      if (leader == *broker_ || refused.contains(one.at))
        report_left(context, one, refused);
      else
        report_row(context, one, leader >= 0 ? std::optional(leader) : std::nullopt,
                   one.leader == *broker_ ? "moved" : "leads no more");
    }
    if (!context.report().has_errors())
      context.note("broker " + std::to_string(*broker_) + " leads nothing now and can be stopped");
  }

  Exit put_back(Context& context, Cluster& cluster) const {
    auto file = read_partition_file(undo_);
    if (!file.broker || file.entries.empty())
      throw Error(in_quotes(undo_) + " is no rollback file of kt broker shutdown", Exit::usage);
    if (broker_ && broker_ != file.broker)
      throw Error(in_quotes(undo_) + " is of broker " + std::to_string(*file.broker), Exit::usage);
    std::vector<std::string> names;
    for (const auto& entry : file.entries) names.push_back(entry.at.topic);
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    auto metadata = describe_topics(cluster, names);
    if (metadata.cluster_id.value_or("") != file.cluster_id)
      throw Error(in_quotes(undo_) + " is of another cluster, " + file.cluster_id, Exit::usage);
    context.report();
    auto states = compare_with(file, metadata);
    auto refused = context.settings.dry_run ? Refusals{} : restore(cluster, file, metadata);
    auto leaders = leaders_in(metadata);
    for (const auto& entry : file.entries) {
      auto fail = [&](int16_t code, std::string_view why) {
        report_error(context, {{"topic", entry.at.topic}, {"partition", entry.at.partition}}, code,
                     why);
      };
      auto why = refused.find(entry.at);
      auto state = states[entry.at];
      Handover shown{entry.at, leaders[entry.at], entry.replicas, {}};
      auto leader = leader_of(entry);
      if (state == Restorable::absent)
        fail(static_cast<int16_t>(ErrorCode::unknown_topic_or_partition), "");
      else if (state == Restorable::replicas_differ)
        fail(0, "its replicas are others now than when the broker was shut down");
      else if (state == Restorable::restored)
        report_row(context, shown, leader, "already so");
      else if (why != refused.end())
        fail(why->second.error_code, why->second.message);
      else
        report_row(context, shown, leader,
                   context.settings.dry_run ? "would be put back" : "put back");
    }
    return exit_of(context);
  }

  Exit run(Context& context) override {
    check_arguments();
    auto cluster = connect(context);
    return undo_.empty() ? shut_down(context, *cluster) : put_back(context, *cluster);
  }
};

}  // namespace

extern const Command broker_shutdown;
const Command broker_shutdown{
    .words = "broker shutdown",
    .summary = "Move all leaders off a broker before it is stopped",
    .text =
        R"(Moves leadership off a broker that is about to be stopped, so that nobody has to wait for its partitions
to fail over. Shows which broker leads each partition now; what the broker leads still, because no other
replica is in sync, is an error, and is tried again some times first.

With ZooKeeper (0.8.0 to 3.9) the controller does this on request, takes the broker out of the replicas in
sync too, and gives it no leadership again until it is restarted: stop it next, and after the start
"kt elect" brings its leaders back.

KRaft has no such request. There the broker goes to the end of the replica lists that it heads, and the
replicas before it are elected; it stays in sync. The order before is written to a file first, which
--undo takes to put order and leaders back. A run that was interrupted is completed by the same command,
or taken back by --undo; "kt check" names what was left half done. The broker itself is stopped by
SIGTERM in either case.

--dry-run shows what would be moved and what would be left without a leader, and ends with 3 where
anything would.)",
    .examples = {{"kt broker shutdown 1 --dry-run", "what would be left without a leader?"},
                 {"kt broker shutdown 1", "all leaders off broker 1"},
                 {"kt broker shutdown 1 --retries 10 --retry-interval 30s --timeout 10m",
                  "patience for replicas that catch up"},
                 {"kt broker shutdown --undo kt-broker-1-shutdown.json",
                  "order and leaders as they were (KRaft)"}},
    .rows =
        {"partitions",
         {{"topic", "TOPIC", Kind::text, "Name of the topic"},
          {"partition", "PARTITION", Kind::integer, "Number of the partition"},
          {"leader_before", "BEFORE", Kind::integer, "Leader before; null without one"},
          {"leader", "LEADER", Kind::integer, "Leader now; null without one"},
          {"replicas", "REPLICAS", Kind::integers, "Its replicas as they were ordered before"},
          {"result", "RESULT", Kind::text,
           "moved, leads no more (it should have led), put back, already so, or what would be"}}},
    .exits = {{Exit::failed, "The broker leads partitions still, or something was not put back"},
              {Exit::check, "With --dry-run: a partition would have no leader"}},
    .changes = true,
    .make = make<BrokerShutdown>,
};

}  // namespace kt
