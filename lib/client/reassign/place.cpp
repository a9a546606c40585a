#include "client/reassign/place.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace kt::reassign {

namespace {

/// Largest first: what is large is placed while there is choice.
std::vector<size_t> by_size(const State& state) {
  std::vector<size_t> order(state.partition_count());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return state.bytes(a) > state.bytes(b); });
  return order;
}

class Placing {
 public:
  Placing(State& state, const Aims& aims) : state_(state), aims_(aims) {}

  std::vector<Refusal> run() {
    auto order = by_size(state_);
    if (aims_.replication_factor)
      for (size_t partition : order) shrink(partition);
    for (size_t partition : order) {
      auto allowed = std::max(state_.rack_pairs(partition),
                              state_.fewest_pairs(state_.replicas(partition).size()));
      drain(partition);
      if (aims_.rack_aware) allowed = state_.fewest_pairs(state_.replicas(partition).size());
      spread(partition, allowed);
    }
    if (aims_.replication_factor)
      for (size_t partition : order) grow(partition);
    return std::move(refusals_);
  }

 private:
  size_t wanted(size_t partition) const {
    return aims_.replication_factor ? static_cast<size_t>(*aims_.replication_factor)
                                    : state_.replicas(partition).size();
  }

  /// The receiver whose rack has the fewest other replicas, among those the least loaded; -1 none.
  int32_t best_receiver(size_t partition, int32_t from, int32_t most_in_rack) const {
    int32_t best = -1, best_in_rack = 0;
    for (int32_t broker = 0; broker < state_.broker_count(); ++broker) {
      if (!state_.receives(broker) || state_.holds(partition, broker)) continue;
      auto in_rack = state_.in_rack(partition, state_.rack(broker), from);
      if (in_rack > most_in_rack) continue;
      if (best < 0 || in_rack < best_in_rack ||
          (in_rack == best_in_rack && state_.load(broker) < state_.load(best))) {
        best = broker;
        best_in_rack = in_rack;
      }
    }
    return best;
  }

  /// Off with what is drained, then with what shares a rack, then with what is on the fullest
  /// broker; the preferred leader goes last.
  void shrink(size_t partition) {
    while (state_.replicas(partition).size() > wanted(partition)) {
      const auto& replicas = state_.replicas(partition);
      int32_t worst = -1;
      std::tuple<bool, bool, int32_t, State::Load> worst_key;
      for (int32_t replica : replicas) {
        std::tuple key{!state_.stays(replica), replica != replicas.front(),
                       state_.in_rack(partition, state_.rack(replica), replica),
                       state_.load(replica)};
        if (worst < 0 || key > worst_key) {
          worst = replica;
          worst_key = key;
        }
      }
      state_.remove(partition, worst);
    }
  }

  void drain(size_t partition) {
    for (int32_t from : Replicas(state_.replicas(partition))) {
      if (!state_.is_drained(from)) continue;
      auto had = state_.in_rack(partition, state_.rack(from), from);
      int32_t to = best_receiver(partition, from, std::max(had, fewest_elsewhere(partition, from)));
      if (to < 0)
        refusals_.push_back(
            {partition, state_.id(from), best_receiver(partition, from, INT32_MAX) < 0});
      else
        state_.replace(partition, from, to);
    }
  }

  /// What the best of all brokers that stay could offer, whether it may receive or not.
  int32_t fewest_elsewhere(size_t partition, int32_t from) const {
    int32_t fewest = INT32_MAX;
    for (int32_t broker = 0; broker < state_.broker_count(); ++broker)
      if (state_.stays(broker) && !state_.holds(partition, broker))
        fewest = std::min(fewest, state_.in_rack(partition, state_.rack(broker), from));
    return fewest == INT32_MAX ? -1 : fewest;
  }

  /// Moves replicas out of crowded racks until no more than `allowed` pairs share one.
  void spread(size_t partition, int64_t allowed) {
    while (state_.rack_pairs(partition) > allowed) {
      int32_t from = -1, to = -1;
      int32_t gain = 0;
      // The preferred leader is looked at last, so that another one moves where that does as well.
      const auto& replicas = state_.replicas(partition);
      for (auto replica = replicas.rbegin(); replica != replicas.rend(); ++replica) {
        auto here = state_.in_rack(partition, state_.rack(*replica), *replica);
        auto candidate = best_receiver(partition, *replica, here - 1);
        if (candidate < 0) continue;
        auto gained = here - state_.in_rack(partition, state_.rack(candidate), *replica);
        if (gained <= gain) continue;
        gain = gained;
        from = *replica;
        to = candidate;
      }
      if (from < 0) {
        if (aims_.rack_aware) refusals_.push_back({partition, state_.id(crowded(partition))});
        return;
      }
      state_.replace(partition, from, to);
    }
  }

  int32_t crowded(size_t partition) const {
    const auto& replicas = state_.replicas(partition);
    return *std::max_element(replicas.begin(), replicas.end(), [&](int32_t a, int32_t b) {
      return state_.in_rack(partition, state_.rack(a)) < state_.in_rack(partition, state_.rack(b));
    });
  }

  void grow(size_t partition) {
    while (state_.replicas(partition).size() < wanted(partition)) {
      int32_t to = best_receiver(partition, -1, fewest_elsewhere(partition, -1));
      if (to < 0) {
        refusals_.push_back({partition, -1});
        return;
      }
      state_.add(partition, to);
    }
  }

  State& state_;
  const Aims& aims_;
  std::vector<Refusal> refusals_;
};

}  // namespace

std::vector<Refusal> place(State& state, const Aims& aims) { return Placing(state, aims).run(); }

int64_t bytes_forced(const State& state, const Aims& aims) {
  int64_t forced = 0;
  for (size_t partition = 0; partition < state.partition_count(); ++partition) {
    const auto& replicas = state.original(partition);
    auto wanted = aims.replication_factor ? static_cast<int64_t>(*aims.replication_factor)
                                          : static_cast<int64_t>(replicas.size());
    int64_t kept = 0;
    for (int32_t replica : replicas) kept += !state.is_drained(replica);
    forced += std::max<int64_t>(wanted - kept, 0) * state.bytes(partition);
  }
  return forced;
}

}  // namespace kt::reassign
