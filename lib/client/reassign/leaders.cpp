#include "client/reassign/leaders.h"

#include <algorithm>
#include <deque>

namespace kt::reassign {

namespace {

class Ordering {
 public:
  Ordering(State& state, const Bands& bands)
      : state_(state), bands_(bands), load_(bands.load), brokers_(bands.load.size()) {
    led_.resize(brokers_ * brokers_);
    for (size_t partition = 0; partition < state.partition_count(); ++partition) list(partition);
  }

  void run() {
    // First out of what is above the band, then into what is below it.
    for (bool filling : {false, true})
      for (size_t broker = 0; broker < brokers_; ++broker)
        while (wants(broker, filling) && shift_chain(broker, filling)) {
        }
  }

 private:
  std::vector<uint32_t>& led(size_t by, size_t with) { return led_[by * brokers_ + with]; }

  void list(size_t partition) {
    const auto& replicas = state_.replicas(partition);
    for (size_t i = 1; i < replicas.size(); ++i)
      if (state_.stays(replicas[i]))
        led(static_cast<size_t>(replicas.front()), static_cast<size_t>(replicas[i]))
            .push_back(static_cast<uint32_t>(partition));
  }

  bool wants(size_t broker, bool filling) const {
    if (!state_.stays(static_cast<int32_t>(broker))) return false;
    const auto& band = bands_.brokers[broker];
    return filling ? load_[broker] < band.low : load_[broker] > band.high;
  }

  bool helps(size_t broker, bool filling) const {
    if (!state_.stays(static_cast<int32_t>(broker))) return false;
    const auto& band = bands_.brokers[broker];
    return filling ? load_[broker] > band.low : load_[broker] < band.high;
  }

  /// A partition that `by` leads still and that `with` holds; forgets those that moved on.
  bool can_pass(size_t by, size_t with) {
    auto& partitions = led(by, with);
    while (!partitions.empty() &&
           state_.replicas(partitions.back()).front() != static_cast<int32_t>(by))
      partitions.pop_back();
    return !partitions.empty();
  }

  /// One leader more along the shortest chain from a giver to a taker.
  bool shift_chain(size_t start, bool filling) {
    std::vector<size_t> before(brokers_, brokers_);
    before[start] = start;
    std::deque<size_t> queue{start};
    while (!queue.empty()) {
      size_t at = queue.front();
      queue.pop_front();
      if (at != start && helps(at, filling)) {
        for (size_t to = at; to != start; to = before[to])
          filling ? pass(to, before[to]) : pass(before[to], to);
        return true;
      }
      for (size_t next = 0; next < brokers_; ++next) {
        if (before[next] != brokers_) continue;
        if (!(filling ? can_pass(next, at) : can_pass(at, next))) continue;
        before[next] = at;
        queue.push_back(next);
      }
    }
    return false;
  }

  void pass(size_t from, size_t to) {
    if (!can_pass(from, to)) return;
    size_t partition = led(from, to).back();
    led(from, to).pop_back();
    state_.lead(partition, static_cast<int32_t>(to));
    --load_[from];
    ++load_[to];
    list(partition);
  }

  State& state_;
  const Bands& bands_;
  std::vector<int64_t> load_;
  size_t brokers_;
  std::vector<std::vector<uint32_t>> led_;  // [leader][another replica]: partitions
};

}  // namespace

void order_leaders(State& state, const Bands& bands) { Ordering(state, bands).run(); }

}  // namespace kt::reassign
