#include "client/health.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "base/contains.h"
#include "base/text.h"
#include "base/units.h"

namespace kt {

namespace {

/// A broker leads too much above one and a half times the mean, and by at least this many.
constexpr int64_t kSkewAtLeast = 5;
/// The same of bytes: what a broker has more is worth a move.
constexpr int64_t kBytesSkewAtLeast = int64_t{1} << 30;
/// A replica of the quorum that kept up so long ago is in trouble.
constexpr int64_t kQuorumLagAtLeastMs = 30'000;
/// A broker that holds fewer shared replicas may be last in all lists, or behind in all, by chance.
constexpr int64_t kTellingReplicas = 5;

using Topic = msg::MetadataResponse::Topic;
using Partition = Topic::Partition;

size_t rank(std::string_view kind) {
  return static_cast<size_t>(std::find(std::begin(kFindingKinds), std::end(kFindingKinds), kind) -
                             std::begin(kFindingKinds));
}

std::string numbers(const std::vector<int32_t>& ids) {
  std::vector<std::string> texts;
  for (auto id : ids) texts.push_back(std::to_string(id));
  return (ids.size() == 1 ? "broker " : "brokers ") + join(texts, ", ");
}

class Examiner {
 public:
  explicit Examiner(const ClusterView& view) : view_(view) {
    for (const auto& broker : view.metadata.brokers) alive_.insert(broker.node_id);
  }

  std::vector<Finding> examine() {
    for (const auto& topic : view_.metadata.topics)
      for (const auto& partition : topic.partitions) look_at(topic.name.value_or(""), partition);
    if (view_.knows_controller && view_.metadata.controller_id < 0)
      add({"no-controller",
           {},
           {},
           {},
           "no broker is the controller",
           "start the brokers, or KRaft's controllers, that are down, or look at their logs"});
    for (const auto& [broker, why] : view_.unreachable)
      add({"broker-unreachable",
           {},
           {},
           broker,
           why,
           "start broker " + std::to_string(broker) +
               " if it is down, else correct its advertised.listeners, or reach it by --map"});
    for (const auto& [broker, replicas] : missing_)
      add({"broker-missing",
           {},
           {},
           broker,
           "not in the cluster, and holds " + counted(replicas, "replica"),
           fmt::format("start broker {0}; if it is lost: kt reassign plan --drain {0}", broker)});
    for (const auto& [broker, partitions] : not_preferred_)
      add({"not-preferred",
           {},
           {},
           broker,
           counted(partitions, "partition") + " that it should lead " +
               (partitions == 1 ? "is" : "are") + " led by others",
           "kt elect"});
    look_at_skew();
    look_at_bytes();
    look_at_brokers();
    for (const auto& [id, lag_ms] : view_.quorum_lag_ms)
      if (lag_ms >= kQuorumLagAtLeastMs)
        add({"quorum-lag",
             {},
             {},
             id,
             "kept up with the metadata quorum " + std::to_string(lag_ms / 1000) + " s ago",
             fmt::format("start or restart node {}, or look at its log", id)});
    for (const auto& one : view_.groups)
      add({"group-lag",
           {},
           {},
           {},
           "group " + in_quotes(one.group) + " is " + counted(one.lag, "record") + " behind, " +
               std::to_string(one.allowed) + " are allowed",
           "kt offsets check " + one.group});
    std::stable_sort(found_.begin(), found_.end(), [](const Finding& a, const Finding& b) {
      return std::tuple(rank(a.kind), a.topic, a.partition, a.broker) <
             std::tuple(rank(b.kind), b.topic, b.partition, b.broker);
    });
    return std::move(found_);
  }

 private:
  void add(Finding finding) { found_.push_back(std::move(finding)); }

  /// What brings these replicas back: starting their brokers, or a look at those that run.
  std::string remedy(const std::vector<int32_t>& replicas) const {
    std::vector<int32_t> dead;
    for (auto id : replicas)
      if (!alive_.contains(id)) dead.push_back(id);
    if (!dead.empty()) return "start " + numbers(dead);
    auto look = view_.tells_log_dirs ? "kt broker log-dirs " + join_ids(replicas) + " and" : "see";
    return look + " the logs of " + numbers(replicas);
  }

  /// A replica out of sync may lead, where one lives.
  std::string last_resort(const std::string& topic, const std::vector<int32_t>& replicas) const {
    bool any =
        std::any_of(replicas.begin(), replicas.end(), [&](auto id) { return alive_.contains(id); });
    if (!any || !view_.elects_unclean) return "";
    return "; if that is lost: kt elect " + topic + " --unclean";
  }

  static std::string join_ids(const std::vector<int32_t>& ids) {
    std::vector<std::string> texts;
    for (auto id : ids) texts.push_back(std::to_string(id));
    return join(texts, " ");
  }

  struct Holding {
    int64_t shared = 0;   ///< replicas of partitions that others hold too
    int64_t in_sync = 0;  ///< those of them in sync
    int64_t last = 0;     ///< those of them that stand at the end of the list
  };

  void look_at_bytes() {
    int64_t total = 0;
    for (const auto& [broker, bytes] : view_.bytes) total += bytes;
    auto brokers = static_cast<int64_t>(view_.bytes.size());
    if (brokers < 2) return;
    int64_t mean = total / brokers;
    for (const auto& [broker, bytes] : view_.bytes)
      if (bytes - mean > mean / 2 && bytes - mean >= kBytesSkewAtLeast)
        add({"bytes-skew",
             {},
             {},
             broker,
             "holds " + format_size(bytes) + ", where " + format_size(mean) + " would be even",
             "kt reassign plan --balance size"});
  }

  /// What a shutdown that was not followed by a stop, or was itself cut short, leaves behind.
  void look_at_brokers() {
    std::set<int32_t> told;
    for (const auto& [broker, why] : view_.mis_advertised)
      add({"mis-advertised",
           {},
           {},
           broker,
           why,
           "correct advertised.listeners of broker " + std::to_string(broker)});
    for (const auto& one : view_.rollbacks) {
      if (one.moved == 0) continue;
      told.insert(one.broker);
      add({"half-shut-down",
           {},
           {},
           one.broker,
           "kt broker shutdown took it off " + counted(one.moved, "partition") + "; " +
               std::to_string(one.as_before) + " more are as they were",
           "kt broker shutdown --undo " + one.path + ", or kt broker shutdown " +
               std::to_string(one.broker) + " to complete it"});
    }
    for (const auto& [broker, held] : holdings_) {
      auto name = std::to_string(broker);
      if (!alive_.contains(broker) || told.contains(broker) || held.shared < kTellingReplicas)
        continue;
      if (held.in_sync == 0)
        add({"half-shut-down",
             {},
             {},
             broker,
             "alive, and in sync in none of its " + counted(held.shared, "shared replica") +
                 ": a shutdown that was not followed by a stop, or it is stuck",
             "stop broker " + name + ", or restart it and then kt elect --wait"});
      else if (held.last == held.shared && leaders_[broker] == 0 && alive_.size() > 1)
        add({"half-shut-down",
             {},
             {},
             broker,
             "leads nothing, and is last in all " + counted(held.shared, "replica list") +
                 ", as kt broker shutdown leaves it",
             "stop broker " + name + ", or kt broker shutdown --undo FILE"});
    }
  }

  void look_at(const std::string& topic, const Partition& partition) {
    const auto& in_sync = partition.isr_nodes;
    auto move = view_.adding.find({topic, partition.partition_index});
    bool moves = move != view_.adding.end();
    // A replica that a move brings is no trouble while it is copied.
    std::vector<int32_t> replicas;
    for (auto id : partition.replica_nodes)
      if (!moves || !contains(move->second, id) || !alive_.contains(id) || contains(in_sync, id))
        replicas.push_back(id);
    std::vector<int32_t> lagging;
    for (auto id : replicas) {
      if (!alive_.contains(id)) ++missing_[id];
      bool follows = contains(in_sync, id);
      if (!follows) lagging.push_back(id);
      if (replicas.size() < 2) continue;
      ++holdings_[id].shared;
      holdings_[id].in_sync += follows;
      holdings_[id].last += view_.knows_preferred && id == replicas.back();
    }
    if (partition.leader_id < 0) {
      add({"offline",
           topic,
           partition.partition_index,
           {},
           "no leader: neither read nor written",
           remedy(replicas) + last_resort(topic, replicas)});
      return;
    }
    ++leaders_[partition.leader_id];
    auto min_isr = view_.min_isr.find(topic);
    if (min_isr != view_.min_isr.end() && static_cast<int64_t>(in_sync.size()) < min_isr->second)
      add({"under-min-isr",
           topic,
           partition.partition_index,
           {},
           counted(static_cast<int64_t>(in_sync.size()), "replica") +
               " in sync, min.insync.replicas is " + std::to_string(min_isr->second) +
               ": writes with acks=all fail",
           lagging.empty() ? "kt topic alter " + topic +
                                 " --set min.insync.replicas=" + std::to_string(in_sync.size())
                           : remedy(lagging)});
    else if (!lagging.empty())
      add({"under-replicated",
           topic,
           partition.partition_index,
           {},
           "out of sync on " + numbers(lagging),
           remedy(lagging)});
    if (view_.knows_preferred && !moves && !replicas.empty() &&
        replicas.front() != partition.leader_id && alive_.contains(replicas.front()))
      ++not_preferred_[replicas.front()];
  }

  void look_at_skew() {
    int64_t total = 0;
    for (const auto& [broker, count] : leaders_) total += count;
    auto brokers = static_cast<int64_t>(alive_.size());
    if (brokers < 2) return;
    for (const auto& [broker, count] : leaders_) {
      bool skewed =
          count * brokers * 2 > total * 3 && count * brokers - total >= kSkewAtLeast * brokers;
      if (skewed)
        add({"leader-skew",
             {},
             {},
             broker,
             "leads " + std::to_string(count) + " of " + counted(total, "partition") + ", where " +
                 std::to_string((total + brokers - 1) / brokers) + " would be even",
             not_preferred_.empty() ? "kt reassign plan --balance leaders" : "kt elect"});
    }
  }

  const ClusterView& view_;
  std::set<int32_t> alive_;
  std::map<int32_t, int64_t> missing_, not_preferred_, leaders_;
  std::map<int32_t, Holding> holdings_;
  std::vector<Finding> found_;
};

}  // namespace

std::vector<Finding> find_problems(const ClusterView& view) { return Examiner(view).examine(); }

}  // namespace kt
