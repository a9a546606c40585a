#include "client/health.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "base/text.h"

namespace kt {

namespace {

/// A broker leads too much above one and a half times the mean, and by at least this many.
constexpr int64_t kSkewAtLeast = 5;

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
           "look at the brokers' logs"});
    for (const auto& [broker, why] : view_.unreachable)
      add({"broker-unreachable",
           {},
           {},
           broker,
           why,
           "correct advertised.listeners of broker " + std::to_string(broker) +
               ", or reach it by --map"});
    for (const auto& [broker, replicas] : missing_)
      add({"broker-missing",
           {},
           {},
           broker,
           "not in the cluster, and holds " + counted(replicas, "replica"),
           "start broker " + std::to_string(broker)});
    for (const auto& [broker, partitions] : not_preferred_)
      add({"not-preferred",
           {},
           {},
           broker,
           counted(partitions, "partition") + " that it should lead " +
               (partitions == 1 ? "is" : "are") + " led by others",
           "kt elect"});
    look_at_skew();
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
    return dead.empty() ? "kt broker log-dirs " + join_ids(replicas) + " and the logs of " +
                              numbers(replicas)
                        : "start " + numbers(dead);
  }

  static std::string join_ids(const std::vector<int32_t>& ids) {
    std::vector<std::string> texts;
    for (auto id : ids) texts.push_back(std::to_string(id));
    return join(texts, " ");
  }

  void look_at(const std::string& topic, const Partition& partition) {
    const auto& replicas = partition.replica_nodes;
    const auto& in_sync = partition.isr_nodes;
    std::vector<int32_t> lagging;
    for (auto id : replicas) {
      if (!alive_.contains(id)) ++missing_[id];
      if (std::find(in_sync.begin(), in_sync.end(), id) == in_sync.end()) lagging.push_back(id);
    }
    if (partition.leader_id < 0) {
      add({"offline",
           topic,
           partition.partition_index,
           {},
           "no leader: neither read nor written",
           remedy(replicas)});
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
    if (view_.knows_preferred && !replicas.empty() && replicas.front() != partition.leader_id &&
        alive_.contains(replicas.front()))
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
             "kt elect"});
    }
  }

  const ClusterView& view_;
  std::set<int32_t> alive_;
  std::map<int32_t, int64_t> missing_, not_preferred_, leaders_;
  std::vector<Finding> found_;
};

}  // namespace

std::vector<Finding> find_problems(const ClusterView& view) { return Examiner(view).examine(); }

}  // namespace kt
