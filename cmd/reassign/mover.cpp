// The two ways in which replicas are moved.
#include <algorithm>

#include "client/admin_topics.h"
#include "connect.h"
#include "protocol/msg/alter_partition_reassignments.h"
#include "protocol/msg/create_topics.h"
#include "reassign/job.h"
#include "zookeeper/brokers.h"
#include "zookeeper/orders.h"
#include "zookeeper/partition_states.h"
#include "zookeeper/topics.h"

namespace kt {

namespace {

class RequestMover : public Mover {
 public:
  explicit RequestMover(Cluster& cluster) : cluster_(cluster) {}

  std::vector<Broker> brokers() override {
    std::vector<Broker> found;
    for (const auto& [id, broker] : cluster_.metadata()->brokers)
      found.push_back({id, broker.rack});
    return found;
  }

  std::vector<OngoingReassignment> ongoing() override { return list_reassignments(cluster_); }

  std::map<TopicPartition, std::vector<int32_t>> replicas(
      const std::vector<std::string>& topics) override {
    std::map<TopicPartition, std::vector<int32_t>> found;
    for (auto& topic : describe_topics(cluster_, topics).topics)
      for (auto& partition : topic.partitions)
        found[{topic.name.value_or(""), partition.partition_index}] =
            std::move(partition.replica_nodes);
    return found;
  }

  std::vector<ReassignmentOutcome> start(std::vector<Reassignment> moves) override {
    return alter_reassignments(cluster_, std::move(moves));
  }

  bool one_order_at_a_time() const override { return false; }

  std::unique_ptr<ThrottleSettings> throttles() override { return throttles_by_request(cluster_); }

 private:
  Cluster& cluster_;
};

/// An order below /admin, which the controller works off and deletes. Brokers, and the order of
/// replicas, are read from ZooKeeper too: before 0.11 brokers tell replicas in any order.
class OrderMover : public Mover {
 public:
  OrderMover(std::unique_ptr<zk::Session> session, Milliseconds timeout, bool knows_throttles)
      : session_(std::move(session)), timeout_(timeout), knows_throttles_(knows_throttles) {}

  std::vector<Broker> brokers() override {
    std::vector<Broker> found;
    for (auto& broker : zk::brokers(fresh())) found.push_back({broker.id, std::move(broker.rack)});
    return found;
  }

  std::vector<OngoingReassignment> ongoing() override {
    std::vector<OngoingReassignment> list;
    auto order = zk::running_reassignment(fresh());
    if (!order) return list;
    std::set<std::string> names;
    std::vector<zk::Partition> partitions;
    for (const auto& move : *order) {
      names.insert(move.partition.first);
      partitions.push_back(move.partition);
    }
    auto now = replicas({names.begin(), names.end()});
    auto states = zk::partition_states(*session_, partitions);
    for (size_t i = 0; i < order->size(); ++i) {
      auto& move = (*order)[i];
      OngoingReassignment one{{move.partition.first, move.partition.second}, move.replicas, {}, {}};
      const auto& held = now[one.at];
      // Those to come stand among the replicas too by now: what they are not yet is in sync.
      for (int32_t broker : move.replicas)
        if (states[i] && std::ranges::count(states[i]->isr, broker) == 0)
          one.adding.push_back(broker);
      for (int32_t broker : held)
        if (std::ranges::count(move.replicas, broker) == 0) one.removing.push_back(broker);
      one.replicas.insert(one.replicas.end(), one.removing.begin(), one.removing.end());
      list.push_back(std::move(one));
    }
    std::ranges::sort(list, {}, &OngoingReassignment::at);
    return list;
  }

  std::map<TopicPartition, std::vector<int32_t>> replicas(
      const std::vector<std::string>& topics) override {
    std::map<TopicPartition, std::vector<int32_t>> found;
    for (auto& topic : zk::topics(fresh(), topics)) {
      if (!topic) continue;
      for (auto& [number, brokers] : topic->replicas)
        found[{topic->name, number}] = std::move(brokers);
    }
    return found;
  }

  std::vector<ReassignmentOutcome> start(std::vector<Reassignment> moves) override {
    std::vector<zk::Move> order;
    for (auto& move : moves)
      order.push_back({{move.at.topic, move.at.partition}, std::move(*move.replicas)});
    // The rest is for when these are done, which is watched and not waited for here.
    order.resize(zk::moves_in_one_order(order));
    std::vector<ReassignmentOutcome> outcomes;
    for (size_t i = 0; i < order.size(); ++i) outcomes.push_back({std::move(moves[i].at), 0, {}});
    // Another order may come between the look and ours: it is waited for, like the one before.
    constexpr int kTries = 3;
    for (int tries = 1;; ++tries) {
      zk::await_reassignment(fresh(), Deadline(timeout_));
      try {
        zk::order_reassignment(fresh(), order, [&](size_t, size_t) { fresh(); });
        return outcomes;
      } catch (const Error& error) {
        if (error.exit() == Exit::unreachable || tries == kTries) throw;
      }
    }
  }

  bool one_order_at_a_time() const override { return true; }

  std::unique_ptr<ThrottleSettings> throttles() override {
    return knows_throttles_ ? throttles_in_zookeeper(fresh()) : nullptr;
  }

 private:
  /// The session, its time counted from now.
  zk::Session& fresh() {
    session_->set_deadline(Deadline(timeout_));
    return *session_;
  }

  std::unique_ptr<zk::Session> session_;
  Milliseconds timeout_;
  bool knows_throttles_;
};

}  // namespace

std::unique_ptr<Mover> mover_of(Context& context, Cluster& cluster) {
  if (cluster.apis_of_any().best(msg::AlterPartitionReassignmentsRequest::api()))
    return std::make_unique<RequestMover>(cluster);
  // Topics by request came in the same release as throttles.
  bool since_0_10_1 = cluster.apis_of_any().best(msg::CreateTopicsRequest::api()).has_value();
  return std::make_unique<OrderMover>(zookeeper_of(context, "moving replicas before Kafka 2.4"),
                                      context.settings.timeout, since_0_10_1);
}

}  // namespace kt
