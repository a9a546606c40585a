#include "client/reassign/planner.h"

#include <algorithm>

#include "client/reassign/balance.h"
#include "client/reassign/leaders.h"
#include "client/reassign/place.h"

namespace kt::reassign {

namespace {

class Planning {
 public:
  Planning(const Layout& layout, const Aims& aims)
      : layout_(layout), aims_(aims), state_(layout, aims) {}

  Plan run() {
    int64_t forced = bytes_forced(state_, aims_);
    int64_t uneven = 0;
    plan_.refusals = place(state_, aims_);
    for (auto aim : {Balance::size, Balance::count}) {
      if (!aims_.balance.contains(aim)) continue;
      Balancer balancer(state_, {aim}, aims_);
      balancer.run();
      uneven = std::max(uneven, balancer.lower_bound_bytes());
      find_obstacles({aim}, balancer.bands());
    }
    bool only_filling = !aims_.onto.empty() && aims_.balance.empty() && aims_.drain.empty() &&
                        !aims_.replication_factor;
    if (only_filling) {
      auto aim = layout_.has_bytes() ? Balance::size : Balance::count;
      Balancer balancer(state_, {aim}, aims_);
      // What is counted although sizes are known weighs nothing.
      bool weighs = aim == Balance::size || !layout_.knows_sizes;
      if (weighs) uneven = std::max(uneven, filling_bound(balancer.bands()));
      balancer.fill_receivers();
      find_obstacles({aim}, balancer.bands());
      // Nobody else has to give.
      std::erase_if(plan_.obstacles, [&](const Obstacle& one) {
        return one.is_above || !aims_.onto.contains(one.broker);
      });
    }
    if (aims_.balance.contains(Balance::leaders)) balance_leaders();
    plan_.lower_bound_bytes = std::max(forced, bound_of(forced, uneven));
    conclude();
    return std::move(plan_);
  }

 private:
  /// Where the aims force moves, those change the loads that the balance starts from: what both
  /// together must move at least is the larger of the two.
  static int64_t bound_of(int64_t forced, int64_t uneven) { return std::max(forced, uneven); }

  int64_t filling_bound(const Bands& bands) const {
    int64_t missing = 0;
    for (size_t broker = 0; broker < bands.load.size(); ++broker)
      if (state_.receives(static_cast<int32_t>(broker)))
        missing += std::max<int64_t>(bands.brokers[broker].low - bands.load[broker], 0);
    return missing;
  }

  void balance_leaders() {
    Measure measure{Balance::leaders};
    auto bands = find_bands(state_, measure, aims_);
    order_leaders(state_, bands);
    // Replicas move for leaders only where nothing else says where replicas belong.
    bool may_move = aims_.balance.size() == 1;
    if (may_move) Balancer(state_, measure, aims_).run();
    find_obstacles(measure, find_bands(state_, measure, aims_));
  }

  // ---- What came out ----

  void find_obstacles(const Measure& measure, const Bands& bands) {
    std::vector<size_t> largest(bands.load.size(), layout_.partitions.size());
    size_t largest_of_all = layout_.partitions.size();
    for (size_t partition = 0; partition < state_.partition_count(); ++partition)
      for (int32_t broker : state_.replicas(partition)) {
        if (!measure.weighs_on(state_, partition, broker)) continue;
        auto weight = measure.weight(state_, partition);
        for (size_t* most : {&largest[static_cast<size_t>(broker)], &largest_of_all})
          if (*most == layout_.partitions.size() || weight > measure.weight(state_, *most))
            *most = partition;
      }
    for (int32_t broker = 0; broker < state_.broker_count(); ++broker) {
      auto at = static_cast<size_t>(broker);
      bool is_above = bands.load[at] > bands.plain.high;
      if (!state_.stays(broker) || (!is_above && bands.load[at] >= bands.plain.low)) continue;
      const auto& rack = bands.by_rack[static_cast<size_t>(state_.rack(broker))];
      size_t culprit = is_above ? largest[at] : largest_of_all;
      if (culprit == layout_.partitions.size()) continue;
      Obstacle obstacle{measure.aim, state_.id(broker), is_above, culprit};
      if (measure.weight(state_, culprit) > bands.plain.high)
        obstacle.kind = is_above ? Obstacle::Kind::too_large : Obstacle::Kind::takes_too_much;
      else if (!is_near(rack.level, bands.plain.level, aims_.tolerance))
        obstacle.kind = Obstacle::Kind::rack;
      plan_.obstacles.push_back(obstacle);
    }
  }

  void conclude() {
    std::vector<Share> shares(static_cast<size_t>(state_.broker_count()));
    for (int32_t broker = 0; broker < state_.broker_count(); ++broker) {
      shares[static_cast<size_t>(broker)].broker = state_.id(broker);
      shares[static_cast<size_t>(broker)].is_alive = state_.is_alive(broker);
    }
    for (size_t partition = 0; partition < state_.partition_count(); ++partition)
      conclude(partition, shares);
    plan_.brokers = std::move(shares);
  }

  void conclude(size_t partition, std::vector<Share>& shares) {
    const auto& before = state_.original(partition);
    const auto& after = state_.replicas(partition);
    auto size = state_.bytes(partition);
    auto share = [&](int32_t broker) -> Share& { return shares[static_cast<size_t>(broker)]; };
    for (int32_t broker : before) {
      share(broker).bytes_before += size;
      ++share(broker).replicas_before;
    }
    auto& named = plan_.replicas.emplace_back();
    for (int32_t broker : after) {
      named.push_back(state_.id(broker));
      share(broker).bytes_after += size;
      ++share(broker).replicas_after;
      if (state_.was_on(partition, broker)) continue;
      share(broker).bytes_in += size;
      plan_.bytes_to_move += size;
      ++plan_.replicas_to_move;
      int32_t leader = layout_.partitions[partition].leader;
      for (auto& one : shares)
        if (one.broker == leader) one.bytes_out += size;
    }
    if (!before.empty()) ++share(before.front()).leaders_before;
    if (!after.empty()) ++share(after.front()).leaders_after;
    if (before != after) plan_.changed.push_back(partition);
  }

  const Layout& layout_;
  const Aims& aims_;
  State state_;
  Plan plan_;
};

}  // namespace

bool Layout::has_bytes() const {
  return knows_sizes && std::any_of(partitions.begin(), partitions.end(),
                                    [](const auto& one) { return one.size_bytes > 0; });
}

Plan make_plan(const Layout& layout, const Aims& aims) { return Planning(layout, aims).run(); }

double seconds_at(const Plan& plan, int64_t rate_bytes_per_second) {
  int64_t most = 0;
  for (const auto& share : plan.brokers) most = std::max({most, share.bytes_in, share.bytes_out});
  return static_cast<double>(most) / static_cast<double>(rate_bytes_per_second);
}

}  // namespace kt::reassign
