#include "client/reassign/balance.h"

#include <algorithm>
#include <tuple>

namespace kt::reassign {

namespace {

/// Swaps are looked for this often; each look costs about as much as all moves of one broker.
constexpr int kMostSwaps = 150;

}  // namespace

Balancer::Balancer(State& state, const Measure& measure, const Aims& aims)
    : state_(state), measure_(measure), bands_(find_bands(state, measure, aims)) {
  size_t racks = state_.rack_sizes().size();
  in_rack_.resize(racks);
  rack_load_.resize(racks);
  rack_low_.resize(racks);
  rack_high_.resize(racks);
  for (int32_t broker = 0; broker < state_.broker_count(); ++broker) {
    if (!state_.stays(broker)) continue;
    rack_load_[rack(broker)] += load(broker);
    rack_low_[rack(broker)] += band(broker).low;
    rack_high_[rack(broker)] += band(broker).high;
  }
  list_items();
  lower_bound_bytes_ = bound();
}

void Balancer::list_items() {
  items_.assign(static_cast<size_t>(state_.broker_count()), {});
  for (size_t partition = 0; partition < state_.partition_count(); ++partition) {
    if (weight(static_cast<uint32_t>(partition)) == 0) continue;
    for (int32_t replica : state_.replicas(partition))
      if (measure_.weighs_on(state_, partition, replica))
        items_[static_cast<size_t>(replica)].push_back(static_cast<uint32_t>(partition));
  }
  for (auto& items : items_)
    std::stable_sort(items.begin(), items.end(), [&](uint32_t a, uint32_t b) {
      if (weight(a) != weight(b)) return weight(a) > weight(b);
      return state_.bytes(a) < state_.bytes(b);
    });
}

int64_t Balancer::bytes_of_cheapest(size_t broker, int64_t weight) const {
  if (measure_.aim == Balance::size) return weight;
  int64_t bytes = 0;
  for (size_t i = 0; i < items_[broker].size() && static_cast<int64_t>(i) < weight; ++i)
    bytes += state_.bytes(items_[broker][i]);
  return bytes;
}

int64_t Balancer::bound() const {
  if (measure_.aim == Balance::leaders) return 0;  // an order of replicas may do
  int64_t leaves = 0, arrives = 0;
  for (int32_t broker = 0; broker < state_.broker_count(); ++broker) {
    if (!state_.stays(broker)) continue;
    if (above(broker) > 0) leaves += bytes_of_cheapest(static_cast<size_t>(broker), above(broker));
    if (below(broker) > 0) arrives += measure_.aim == Balance::size ? below(broker) : 0;
  }
  return std::max(leaves, arrives);
}

std::vector<int32_t> Balancer::brokers_by(const auto& key) const {
  std::vector<int32_t> order;
  for (int32_t broker = 0; broker < state_.broker_count(); ++broker)
    if (state_.stays(broker)) order.push_back(broker);
  std::stable_sort(order.begin(), order.end(),
                   [&](int32_t a, int32_t b) { return key(a) > key(b); });
  return order;
}

bool Balancer::may_move(uint32_t item, int32_t from, int32_t to) const {
  return from != to && state_.may_move(item, from, to);
}

bool Balancer::rack_has_room(int32_t from, int32_t to, int64_t weight) const {
  return rack(from) == rack(to) || (rack_load_[rack(to)] + weight <= rack_high_[rack(to)] &&
                                    rack_load_[rack(from)] - weight >= rack_low_[rack(from)]);
}

void Balancer::move(uint32_t item, int32_t from, int32_t to) {
  state_.replace(item, from, to);
  auto moved = weight(item);
  bands_.load[static_cast<size_t>(from)] -= moved;
  bands_.load[static_cast<size_t>(to)] += moved;
  rack_load_[rack(from)] -= moved;
  rack_load_[rack(to)] += moved;
}

bool Balancer::is_meant(int32_t from, int32_t to, int64_t weight, Into into) const {
  switch (into) {
    case Into::other_racks:
      return rack(from) != rack(to);
    case Into::poor_racks:
      return rack(from) != rack(to) && weight <= below(to) &&
             rack_load_[rack(to)] + weight <= rack_low_[rack(to)];
    case Into::gaps:
      return weight <= below(to);
    case Into::wherever_it_fits:
      break;
  }
  return true;
}

int32_t Balancer::best_receiver(uint32_t item, int32_t from, Into into) const {
  auto moved = weight(item);
  int32_t best = -1;
  std::tuple<bool, bool, int64_t> best_key;
  auto most_in_rack = state_.in_rack(item, state_.rack(from), from);
  for (int32_t replica : state_.replicas(item))
    if (replica != from) ++in_rack_[rack(replica)];
  for (int32_t to = 0; to < state_.broker_count(); ++to) {
    if (!state_.receives(to) || load(to) + moved > band(to).high) continue;
    if (!is_meant(from, to, moved, into)) continue;
    std::tuple key{rack_load_[rack(to)] >= rack_low_[rack(to)], moved > below(to), -below(to)};
    if (best >= 0 && key >= best_key) continue;
    bool keeps_racks = rack(to) == rack(from) || in_rack_[rack(to)] <= most_in_rack;
    if (!keeps_racks || !rack_has_room(from, to, moved) || state_.holds(item, to)) continue;
    best = to;
    best_key = key;
  }
  for (int32_t replica : state_.replicas(item)) in_rack_[rack(replica)] = 0;
  return best;
}

// ---- Giving what is above the band ----

/// Items too large for any band stand alone on brokers that have none: one each.
void Balancer::separate() {
  auto is_large = [&](uint32_t item, int32_t broker) {
    return weight(item) > bands_.by_rack[rack(broker)].high;
  };
  std::vector<char> has_large(items_.size());
  for (size_t i = 0; i < items_.size(); ++i)
    has_large[i] = !items_[i].empty() && is_large(items_[i].front(), static_cast<int32_t>(i));
  for (int32_t from : brokers_by([&](int32_t broker) { return load(broker); })) {
    const auto& items = items_[static_cast<size_t>(from)];
    for (size_t i = 1; i < items.size() && is_large(items[i], from); ++i) {
      int32_t best = -1;
      for (int32_t to = 0; to < state_.broker_count(); ++to) {
        bool free = state_.receives(to) && !has_large[static_cast<size_t>(to)];
        if (!free || !may_move(items[i], from, to)) continue;
        if (best < 0 || load(to) < load(best)) best = to;
      }
      if (best < 0) continue;
      has_large[static_cast<size_t>(best)] = true;
      move(items[i], from, best);
      bands_.brokers[static_cast<size_t>(best)] = {band(best).level, 0, weight(items[i])};
    }
  }
  list_items();
}

void Balancer::shed(Into into) {
  for (int32_t from : brokers_by([&](int32_t broker) { return above(broker); })) {
    if (above(from) <= 0) break;
    shed_from(from, into);
  }
  list_items();
}

void Balancer::shed_from(int32_t from, Into into) {
  const auto& items = items_[static_cast<size_t>(from)];
  // No receiver takes more than this, and they take less as they fill.
  int64_t most = 0;
  for (int32_t to = 0; to < state_.broker_count(); ++to) {
    if (!state_.receives(to)) continue;
    bool gaps_only = into == Into::gaps || into == Into::poor_racks;
    if (into == Into::poor_racks && rack_load_[rack(to)] >= rack_low_[rack(to)]) continue;
    most = std::max(most, gaps_only ? below(to) : band(to).high - load(to));
  }
  auto wanted = [&] {
    if (into != Into::other_racks) return above(from);
    return std::min(above(from), rack_load_[rack(from)] - rack_high_[rack(from)]);
  };
  for (uint32_t item : items) {
    if (wanted() <= 0) return;
    if (weight(item) > std::min(wanted(), most)) continue;
    int32_t to = best_receiver(item, from, into);
    if (to >= 0) move(item, from, to);
  }
  if (into != Into::wherever_it_fits) return;
  // What is left is less than any item: the lightest that is enough.
  for (auto item = items.rbegin(); item != items.rend() && wanted() > 0; ++item) {
    if (weight(*item) < wanted() || !measure_.weighs_on(state_, *item, from)) continue;
    if (load(from) - weight(*item) < band(from).low) return;
    int32_t to = best_receiver(*item, from, into);
    if (to >= 0) move(*item, from, to);
  }
}

// ---- Filling what is below the band ----

void Balancer::fill(bool down_to_band) {
  if (measure_.aim != Balance::size) return fill_cheapest(down_to_band);
  for (int32_t to : brokers_by([&](int32_t broker) { return below(broker); })) {
    if (below(to) <= 0) break;
    if (state_.receives(to)) fill_one(to, down_to_band);
  }
  list_items();
}

void Balancer::fill_one(int32_t to, bool down_to_band) {
  auto slack = [&](int32_t from) {
    return load(from) - (down_to_band ? band(from).low : static_cast<int64_t>(band(from).level));
  };
  for (int32_t from : brokers_by(slack)) {
    if (below(to) <= 0 || slack(from) <= 0) return;
    if (!rack_has_room(from, to, 0)) continue;
    take_from(from, to, load(from) - slack(from));
  }
}

void Balancer::take_from(int32_t from, int32_t to, int64_t floor) {
  const auto& items = items_[static_cast<size_t>(from)];
  auto fits = [&](uint32_t item) {
    return load(from) - weight(item) >= floor && load(to) + weight(item) <= band(to).high &&
           rack_has_room(from, to, weight(item)) && measure_.weighs_on(state_, item, from) &&
           may_move(item, from, to);
  };
  auto light_enough = std::partition_point(items.begin(), items.end(),
                                           [&](uint32_t item) { return weight(item) > below(to); });
  for (auto item = light_enough; item != items.end() && below(to) > 0; ++item)
    if (weight(*item) <= below(to) && fits(*item)) move(*item, from, to);
  // What is missing is less than any item: the lightest that is enough.
  auto heavy_enough = std::make_reverse_iterator(std::partition_point(
      items.begin(), items.end(), [&](uint32_t item) { return weight(item) >= below(to); }));
  for (auto item = heavy_enough; item != items.rend() && below(to) > 0; ++item) {
    if (load(to) + weight(*item) > band(to).high) return;
    if (fits(*item)) move(*item, from, to);
  }
}

/// Of things that are counted, those with the fewest bytes, whoever has them.
void Balancer::fill_cheapest(bool down_to_band) {
  std::vector<std::pair<uint32_t, int32_t>> all;
  for (size_t broker = 0; broker < items_.size(); ++broker)
    if (state_.stays(static_cast<int32_t>(broker)))
      for (uint32_t item : items_[broker]) all.emplace_back(item, static_cast<int32_t>(broker));
  std::stable_sort(all.begin(), all.end(), [&](const auto& a, const auto& b) {
    return state_.bytes(a.first) < state_.bytes(b.first);
  });
  int64_t missing = 0;
  for (int32_t broker = 0; broker < state_.broker_count(); ++broker)
    if (state_.receives(broker)) missing += std::max<int64_t>(below(broker), 0);
  for (const auto& [item, from] : all) {
    if (missing <= 0) break;
    auto floor = down_to_band ? band(from).low : static_cast<int64_t>(band(from).level);
    if (load(from) - weight(item) < floor) continue;
    int32_t best = -1;
    for (int32_t to = 0; to < state_.broker_count(); ++to) {
      if (!state_.receives(to) || below(to) <= 0) continue;
      if (best >= 0 && below(to) <= below(best)) continue;
      if (rack_has_room(from, to, weight(item)) && may_move(item, from, to)) best = to;
    }
    if (best < 0) continue;
    move(item, from, best);
    missing -= weight(item);
  }
  list_items();
}

// ---- Where single moves do not do ----

/// Finds an item on `high` and one on `low` (or none) whose difference is between least and most,
/// with the fewest bytes, and swaps them.
bool Balancer::swap_between(int32_t high, int32_t low, int64_t least, int64_t most) {
  const auto& mine = items_[static_cast<size_t>(high)];
  const auto& theirs = items_[static_cast<size_t>(low)];
  auto cost = [&](uint32_t item, int32_t to) {
    return state_.was_on(item, to) ? 0 : state_.bytes(item);
  };
  int64_t best = INT64_MAX;
  uint32_t best_mine = 0, best_theirs = 0;
  for (uint32_t item : mine) {
    if (weight(item) <= least || !may_move(item, high, low)) continue;
    // Theirs, heaviest first, from where the difference is large enough on.
    auto first = std::partition_point(theirs.begin(), theirs.end(), [&](uint32_t other) {
      return weight(other) > weight(item) - least;
    });
    constexpr int kLooks = 8;
    for (int i = 0; i < kLooks && first != theirs.end(); ++i, ++first) {
      if (weight(item) - weight(*first) > most) break;
      if (!may_move(*first, low, high)) continue;
      auto bytes = cost(item, low) + cost(*first, high);
      if (bytes >= best) continue;
      best = bytes;
      best_mine = item;
      best_theirs = *first;
    }
  }
  if (best == INT64_MAX) return false;
  move(best_mine, high, low);
  move(best_theirs, low, high);
  auto by_weight = [&](uint32_t a, uint32_t b) {
    return std::tuple(-weight(a), state_.bytes(a), a) < std::tuple(-weight(b), state_.bytes(b), b);
  };
  auto exchange = [&](int32_t broker, uint32_t gone, uint32_t come) {
    auto& items = items_[static_cast<size_t>(broker)];
    std::erase(items, gone);
    items.insert(std::upper_bound(items.begin(), items.end(), come, by_weight), come);
  };
  exchange(high, best_mine, best_theirs);
  exchange(low, best_theirs, best_mine);
  return true;
}

void Balancer::swap_stuck() {
  if (measure_.aim != Balance::size) return;
  int swaps = 0;
  for (int32_t broker : brokers_by([&](int32_t one) { return std::max(above(one), below(one)); })) {
    bool is_above = above(broker) > 0;
    if (!is_above && below(broker) <= 0) break;
    auto partners = brokers_by([&](int32_t one) { return is_above ? -load(one) : load(one); });
    for (int32_t partner : partners) {
      auto missing = is_above ? above(broker) : below(broker);
      if (missing <= 0) break;
      if (partner == broker || !state_.receives(broker) || !state_.receives(partner)) continue;
      int32_t high = is_above ? broker : partner, low = is_above ? partner : broker;
      auto most = std::min(band(low).high - load(low), load(high) - band(high).low);
      if (most <= 0) continue;
      if (swaps++ >= kMostSwaps) return list_items();
      if (swap_between(high, low, std::min(missing, most), most)) continue;
      swap_between(high, low, std::max<int64_t>(std::min(missing, most) / 2, 1), most);
    }
  }
  list_items();
}

/// What both brokers can do without moving stays where it was, largest first.
void Balancer::send_home() {
  std::vector<std::pair<uint32_t, int32_t>> moved;
  for (size_t partition = 0; partition < state_.partition_count(); ++partition)
    for (int32_t replica : state_.replicas(partition))
      if (!state_.was_on(partition, replica) && measure_.weighs_on(state_, partition, replica))
        moved.emplace_back(static_cast<uint32_t>(partition), replica);
  std::stable_sort(moved.begin(), moved.end(), [&](const auto& a, const auto& b) {
    return state_.bytes(a.first) > state_.bytes(b.first);
  });
  for (const auto& [item, now] : moved)
    for (int32_t home : state_.original(item)) {
      bool possible =
          state_.stays(home) && !state_.holds(item, home) && state_.keeps_racks(item, now, home) &&
          load(home) + weight(item) <= band(home).high && load(now) - weight(item) >= band(now).low;
      if (!possible) continue;
      move(item, now, home);
      break;
    }
  list_items();
}

void Balancer::run() {
  separate();
  shed(Into::other_racks);
  shed(Into::poor_racks);
  shed(Into::gaps);
  shed(Into::wherever_it_fits);
  fill(false);
  fill(true);
  swap_stuck();
  shed(Into::wherever_it_fits);
  fill(true);
  send_home();
}

void Balancer::fill_receivers() {
  fill(false);
  fill(true);
  send_home();
}

}  // namespace kt::reassign
