// Brings every broker into its band with as few bytes moved as can be found: what stands above
// gives items that fit just so to what stands below; where that does not do, two brokers swap; what
// turned out to be needless goes back.
#pragma once

#include "client/reassign/bands.h"
#include "client/reassign/state.h"

namespace kt::reassign {

class Balancer {
 public:
  Balancer(State& state, const Measure& measure, const Aims& aims);

  /// Everybody into the band.
  void run();
  /// Receivers alone are filled up to the band (new brokers); nobody else has to give.
  void fill_receivers();

  /// The bands found at the start, with the loads as they are now.
  const Bands& bands() const { return bands_; }
  /// Bytes that must move, from the loads at the start.
  int64_t lower_bound_bytes() const { return lower_bound_bytes_; }

 private:
  using Items = std::vector<uint32_t>;
  /// Where what is above the band may go, dearest need first.
  enum class Into {
    other_racks,      ///< out of a rack that has too much as a whole
    poor_racks,       ///< into gaps of a rack that has too little as a whole
    gaps,             ///< into gaps: brokers below the band, up to it
    wherever_it_fits  ///< up to the top of the band
  };

  void list_items();
  int64_t bound() const;
  int64_t bytes_of_cheapest(size_t broker, int64_t weight) const;

  void separate();
  void shed(Into into);
  void shed_from(int32_t from, Into into);
  void fill(bool down_to_band);
  void fill_one(int32_t to, bool down_to_band);
  void take_from(int32_t from, int32_t to, int64_t floor);
  void fill_cheapest(bool down_to_band);
  void swap_stuck();
  bool swap_between(int32_t high, int32_t low, int64_t least, int64_t most);
  void send_home();

  int32_t best_receiver(uint32_t item, int32_t from, Into into) const;
  bool is_meant(int32_t from, int32_t to, int64_t weight, Into into) const;
  bool rack_has_room(int32_t from, int32_t to, int64_t weight) const;
  bool may_move(uint32_t item, int32_t from, int32_t to) const;
  void move(uint32_t item, int32_t from, int32_t to);
  std::vector<int32_t> brokers_by(const auto& key) const;

  int64_t weight(uint32_t item) const { return measure_.weight(state_, item); }
  int64_t load(int32_t broker) const { return bands_.load[static_cast<size_t>(broker)]; }
  const Band& band(int32_t broker) const { return bands_.brokers[static_cast<size_t>(broker)]; }
  int64_t above(int32_t broker) const { return load(broker) - band(broker).high; }
  int64_t below(int32_t broker) const { return band(broker).low - load(broker); }
  size_t rack(int32_t broker) const { return static_cast<size_t>(state_.rack(broker)); }

  State& state_;
  const Measure measure_;
  Bands bands_;
  std::vector<Items> items_;  // of each broker, heaviest first, then cheapest
  std::vector<int64_t> rack_load_, rack_low_, rack_high_;
  mutable std::vector<int32_t> in_rack_;  // of the item looked at, all zero in between
  int64_t lower_bound_bytes_ = 0;
};

}  // namespace kt::reassign
