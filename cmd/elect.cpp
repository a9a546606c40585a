#include <algorithm>
#include <map>
#include <set>

#include "base/contains.h"
#include "base/text.h"
#include "chosen.h"
#include "client/admin_elections.h"
#include "connect.h"
#include "needs.h"
#include "partition_file.h"
#include "protocol/errors.h"
#include "protocol/msg/elect_leaders.h"
#include "zookeeper/cluster.h"
#include "zookeeper/orders.h"
#include "zookeeper/topics.h"

namespace kt {
namespace {

using PartitionMetadata = TopicMetadata::Partition;

constexpr Milliseconds kBetweenTries{500};

/// The first replica; -1 where a broker tells of none.
int32_t preferred(const PartitionMetadata& partition) {
  return partition.replica_nodes.empty() ? -1 : partition.replica_nodes.front();
}

class Elect : public Invocation {
  Choice choice_;
  Selection partitions_;
  std::string file_;
  bool unclean_ = false;
  bool wait_ = false;
  /// What is to be elected, as it was before, and the living brokers.
  std::map<TopicPartition, PartitionMetadata> before_;
  std::set<int32_t> alive_;
  /// Where brokers take elections from ZooKeeper alone.
  std::unique_ptr<zk::Session> zookeeper_;

  std::vector<Argument> arguments() override {
    auto list = choice_.arguments("[TOPIC...]", "Topics to elect leaders of; all without",
                                  Complete::topics);
    list.push_back(
        {"--partition", "0,3-5", "Only these partitions", &partitions_, Complete::partitions});
    list.push_back(
        {"--file", "FILE",
         "Partitions from a file of Kafka's tools (JSON), - for stdin, in place of names", &file_,
         Complete::files});
    list.push_back(
        {"--unclean", "",
         "Let a living replica that is out of sync lead, where no other can: loses records",
         &unclean_});
    list.push_back({"--wait", "",
                    "Try again what was refused until --timeout is over, and return when all "
                    "brokers show the new leaders",
                    &wait_});
    return list;
  }

  void check_arguments() const {
    if (!file_.empty() && (!choice_.words.empty() || !partitions_.empty()))
      throw Error("--file says itself which partitions are meant", Exit::usage,
                  "leave topics and --partition out");
    if (!partitions_.empty() && choice_.words.empty())
      throw Error("--partition: of which topic?", Exit::usage);
  }

  /// The partitions meant; what is not there becomes an error of the report.
  void look(Context& context, Cluster& cluster, const PartitionFile& file) {
    Choice choice = choice_;
    choice.internal = true;
    for (const auto& entry : file.entries) choice.words.push_back(entry.at.topic);
    std::sort(choice.words.begin(), choice.words.end());
    choice.words.erase(std::unique(choice.words.begin(), choice.words.end()), choice.words.end());
    auto topics = choose_topics(context, cluster, choice);
    std::map<std::string, const TopicMetadata*> by_name;
    for (const auto& topic : topics) by_name.emplace(topic.name.value_or(""), &topic);
    auto add = [&](const TopicPartition& at) {
      auto topic = by_name.find(at.topic);
      if (topic == by_name.end()) return;
      for (const auto& partition : topic->second->partitions)
        if (partition.partition_index == at.partition) before_.emplace(at, partition);
      if (!before_.contains(at))
        report_error(context, {{"topic", at.topic}, {"partition", at.partition}},
                     static_cast<int16_t>(ErrorCode::unknown_topic_or_partition), "");
    };
    if (file_.empty())
      for (const auto& at : choose_partitions(context, topics, partitions_)) add(at);
    for (const auto& entry : file.entries) add(entry.at);
    for (const auto& [id, broker] : cluster.metadata()->brokers) alive_.insert(id);
    if (zookeeper_) correct();
  }

  /// Old brokers tell replicas in any order, and leaders late: ZooKeeper has them right.
  void correct() {
    std::vector<std::string> names;
    std::vector<TopicPartition> partitions;
    for (const auto& [at, partition] : before_) {
      if (names.empty() || names.back() != at.topic) names.push_back(at.topic);
      partitions.push_back(at);
    }
    auto states = states_of(partitions);
    for (size_t i = 0; i < partitions.size(); ++i)
      if (states[i]) {
        before_[partitions[i]].leader_id = states[i]->leader;
        before_[partitions[i]].isr_nodes = states[i]->isr;
      }
    std::map<std::string, zk::Assignment> replicas;
    for (auto& topic : zk::topics(*zookeeper_, names))
      if (topic) replicas[topic->name] = std::move(topic->replicas);
    for (auto& [at, partition] : before_)
      if (auto& known = replicas[at.topic]; known.contains(at.partition))
        partition.replica_nodes = known[at.partition];
  }

  std::vector<std::optional<zk::PartitionState>> states_of(
      const std::vector<TopicPartition>& partitions) const {
    std::vector<zk::Partition> places;
    for (const auto& at : partitions) places.emplace_back(at.topic, at.partition);
    return zk::partition_states(*zookeeper_, places);
  }

  /// False where another election stands there until the deadline.
  bool order_when_free(const std::vector<zk::Partition>& order) const {
    constexpr int kMostTries = 5;
    for (int attempt = 1; zk::await_election(*zookeeper_, zookeeper_->deadline()); ++attempt) {
      try {
        zk::order_election(*zookeeper_, order);
        return true;
      } catch (const Error& error) {  // somebody else was first, and is waited for
        if (error.exit() == Exit::unreachable || attempt >= kMostTries) throw;
      }
    }
    return false;
  }

  /// The controller deletes the order when it is done with it, which tells of no success: states
  /// do.
  std::vector<ElectedPartition> elect_by_zookeeper(const std::vector<TopicPartition>& open) const {
    std::vector<ElectedPartition> answers;
    std::vector<TopicPartition> ordered;
    std::vector<zk::Partition> order;
    auto before = states_of(open);
    for (size_t i = 0; i < open.size(); ++i) {
      bool leads = before[i] && before[i]->leader == preferred(before_.at(open[i]));
      if (leads) {
        answers.push_back({open[i], static_cast<int16_t>(ErrorCode::election_not_needed), {}});
        continue;
      }
      ordered.push_back(open[i]);
      order.emplace_back(open[i].topic, open[i].partition);
    }
    if (order.empty()) return answers;
    if (!order_when_free(order) || !zk::await_election(*zookeeper_, zookeeper_->deadline()))
      throw Error(
          "the controller has not finished an election in time", Exit::unreachable,
          "its order stands in /admin/preferred_replica_election of " + zookeeper_->where());
    auto after = states_of(ordered);
    for (size_t i = 0; i < ordered.size(); ++i) {
      auto id = preferred(before_.at(ordered[i]));
      bool leads = after[i] && after[i]->leader == id;
      bool in_sync = after[i] && contains(after[i]->isr, id);
      auto why = "broker " + std::to_string(id) + ", which should lead, is not " +
                 (!alive_.contains(id) ? "in the cluster"
                  : in_sync            ? "elected"
                                       : "in sync");
      auto code = leads ? ErrorCode::none : ErrorCode::preferred_leader_not_available;
      answers.push_back({ordered[i], static_cast<int16_t>(code), leads ? std::string() : why});
    }
    return answers;
  }

  bool has_leader(const PartitionMetadata& partition) const {
    return partition.leader_id >= 0 && (unclean_ || partition.leader_id == preferred(partition));
  }

  /// Why no election can help, as far as can be seen from outside; empty where one can.
  std::string obstacle(const PartitionMetadata& partition) const {
    const auto& replicas = partition.replica_nodes;
    if (unclean_) {
      bool any = std::any_of(replicas.begin(), replicas.end(),
                             [&](int32_t id) { return alive_.contains(id); });
      return any ? "" : "none of its replicas is alive";
    }
    auto id = preferred(partition);
    auto name = "broker " + std::to_string(id) + ", which should lead,";
    if (!alive_.contains(id)) return name + " is not in the cluster";
    return contains(partition.isr_nodes, id) ? "" : name + " is not in sync";
  }

  void report_row(Context& context, const TopicPartition& at, int32_t leader,
                  std::string_view result) const {
    const auto& partition = before_.at(at);
    Value before, now;
    if (partition.leader_id >= 0) before = partition.leader_id;
    if (leader >= 0) now = leader;
    context.report().row({at.topic, at.partition, std::move(before), std::move(now),
                          partition.replica_nodes, result});
  }

  Exit dry_run(Context& context) const {
    for (const auto& [at, partition] : before_) {
      if (has_leader(partition)) {
        report_row(context, at, partition.leader_id, "already so");
      } else if (auto why = obstacle(partition); !why.empty()) {
        refuse(context, at, 0, why);
      } else {
        const auto& replicas = partition.replica_nodes;
        auto next = std::find_if(replicas.begin(), replicas.end(),
                                 [&](int32_t id) { return alive_.contains(id); });
        report_row(context, at, *next, "would be moved");
      }
    }
    return exit_of(context);
  }

  static void refuse(Context& context, const TopicPartition& at, int16_t code,
                     std::string_view why) {
    report_error(context, {{"topic", at.topic}, {"partition", at.partition}}, code, why);
  }

  /// Asks, and with --wait again for what time may heal.
  std::map<TopicPartition, ElectedPartition> elect(Cluster& cluster) const {
    std::map<TopicPartition, ElectedPartition> results;
    std::vector<TopicPartition> open;
    for (const auto& [at, partition] : before_) open.push_back(at);
    while (!open.empty()) {
      auto election = unclean_ ? Election::unclean : Election::preferred;
      auto answers = zookeeper_ ? elect_by_zookeeper(open) : elect_leaders(cluster, election, open);
      open.clear();
      for (auto& answer : answers) {
        if (!before_.contains(answer.at)) continue;
        bool needed = answer.error_code != ErrorCode::election_not_needed;
        if (needed && error_retriable(answer.error_code)) open.push_back(answer.at);
        // One that was elected before and is asked again cannot be: only refusals are.
        results[answer.at] = std::move(answer);
      }
      if (!wait_ || cluster.deadline().remaining() <= 2 * kBetweenTries) break;
      if (!open.empty()) Clock::system().sleep(kBetweenTries);
    }
    return results;
  }

  static std::vector<std::string> topics_of(const std::set<TopicPartition>& partitions) {
    std::vector<std::string> names;
    for (const auto& at : partitions)
      if (names.empty() || names.back() != at.topic) names.push_back(at.topic);
    return names;
  }

  /// Until all brokers show the leaders that were elected; false where they do not in time.
  bool wait(Cluster& cluster, const std::set<TopicPartition>& moved) const {
    return await_topics(cluster, topics_of(moved), [&](const TopicMetadata& topic) {
      return std::all_of(topic.partitions.begin(), topic.partitions.end(), [&](const auto& one) {
        TopicPartition at{topic.name.value_or(""), one.partition_index};
        if (!moved.contains(at)) return true;
        return unclean_ ? one.leader_id >= 0 : one.leader_id == preferred(before_.at(at));
      });
    });
  }

  /// Whom an unclean election has made the leader is the controller's choice.
  std::map<TopicPartition, int32_t> leaders_of(Cluster& cluster,
                                               const std::set<TopicPartition>& moved) const {
    if (unclean_ && !moved.empty()) return leaders_in(describe_topics(cluster, topics_of(moved)));
    std::map<TopicPartition, int32_t> leaders;
    for (const auto& at : moved) leaders[at] = preferred(before_.at(at));
    return leaders;
  }

  /// Unclean elections lose records: what would be elected is shown and asked about.
  bool confirmed(Context& context) const {
    std::vector<std::string> items;
    for (const auto& [at, partition] : before_)
      if (!has_leader(partition) && obstacle(partition).empty())
        items.push_back(at.topic + " " + std::to_string(at.partition));
    if (items.empty()) return true;
    return context.confirm("Records that only dead replicas have are lost in " +
                               counted(static_cast<int64_t>(items.size()), "partition") + ":",
                           items);
  }

  Exit run(Context& context) override {
    check_arguments();
    auto file = file_.empty() ? PartitionFile{} : read_partition_file(file_);
    if (!file_.empty() && file.entries.empty())
      throw Error(in_quotes(file_) + " names no partition", Exit::usage);
    auto cluster = connect(context);
    if (unclean_)
      needs(*cluster, msg::ElectLeadersRequest::api(), 1, "electing unclean leaders by request",
            BeforeThat::nowhere);
    else if (!cluster->apis_of_any().best(msg::ElectLeadersRequest::api()))
      zookeeper_ = zookeeper_of(context, "the election of leaders before Kafka 2.2");
    if (zookeeper_ && !context.settings.dry_run) zk::refuse_where_kraft_owns(*zookeeper_);
    context.report();
    look(context, *cluster, file);
    if (context.settings.dry_run) return dry_run(context);
    if (unclean_ && !confirmed(context)) return exit_of(context);
    auto results = elect(*cluster);
    std::set<TopicPartition> moved;
    for (const auto& [at, result] : results)
      if (result.error_code == 0) moved.insert(at);
    bool seen = !wait_ || moved.empty() || wait(*cluster, moved);
    auto leaders = leaders_of(*cluster, moved);
    int64_t unmoved = 0;
    for (const auto& [at, partition] : before_) {
      auto result = results.find(at);
      if (result == results.end()) {
        refuse(context, at, 0, "the controller did not say");
      } else if (result->second.error_code == ErrorCode::election_not_needed) {
        ++unmoved;
        report_row(context, at, unclean_ ? partition.leader_id : preferred(partition),
                   "already so");
      } else if (result->second.error_code != 0) {
        auto why = zookeeper_ ? std::string() : obstacle(partition);
        refuse(context, at, result->second.error_code, why.empty() ? result->second.message : why);
      } else {
        auto leader = leaders.find(at);
        report_row(context, at, leader == leaders.end() ? -1 : leader->second, "moved");
      }
    }
    context.note(counted(static_cast<int64_t>(moved.size()), "leader") + " moved, " +
                 std::to_string(unmoved) + " already so");
    if (!seen)
      throw Error("elected, but not all brokers show the new leaders in time", Exit::unreachable,
                  "kt check names partitions that other brokers lead");
    return exit_of(context);
  }
};

}  // namespace

extern const Command elect_command;
const Command elect_command{
    .words = "elect",
    .summary = "Elect preferred or unclean leaders of partitions",
    .text =
        R"(Asks the controller to let the preferred replica of each partition, the first in its list, lead again, as
after a broker was away. Elects in all partitions, in those of the topics named, or in those of a file as
kafka-leader-election takes it. Shows of each partition whether its leader moved or was right already;
one that is refused, because the preferred replica is not alive or not in sync, is an error that says
so, and the others are done.

--wait tries again what was refused until --timeout is over, so that it can follow the restart of a
broker, and returns when all brokers show the new leaders.

--unclean is for partitions that have no leader because no replica in sync is alive: one that is out of
sync may lead then, and records that only the dead ones have are lost. It shows the partitions and asks.

Preferred leaders are elected by request from Kafka 2.2 on and by ZooKeeper (-z) before that, in parts
where they are many, each after the last one; an election that runs already is waited for. Unclean
elections take Kafka 2.4; before that, the setting unclean.leader.election.enable allows them.)",
    .examples = {{"kt elect", "every partition is led by its preferred broker again"},
                 {"kt elect orders --partition 0,3-5", "some partitions of a topic"},
                 {"kt elect --wait --timeout 10m",
                  "as soon as a restarted broker is in sync again"},
                 {"kt elect --unclean --dry-run", "what could an unclean election bring back?"}},
    .rows = {"partitions",
             {{"topic", "TOPIC", Kind::text, "Name of the topic"},
              {"partition", "PARTITION", Kind::integer, "Number of the partition"},
              {"leader_before", "BEFORE", Kind::integer, "Leader before; null without one"},
              {"leader", "LEADER", Kind::integer, "Leader now; null without one"},
              {"replicas", "REPLICAS", Kind::integers, "Its replicas, the preferred leader first"},
              {"result", "RESULT", Kind::text, "moved, already so or would be moved"}}},
    .exits = {{Exit::failed, "An election was refused"}},
    .destroys = true,
    .make = make<Elect>,
};

}  // namespace kt
