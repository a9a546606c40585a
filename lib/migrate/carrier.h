// Carries the messages of one 0.7 partition to a topic of the target, each once and in order. What
// was acknowledged is the target's to tell (streams.h): whatever goes wrong, and whenever the
// process ends, it is asked, and the source is read again from the latest run on.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "client/producer.h"
#include "legacy/log.h"
#include "migrate/router.h"
#include "migrate/streams.h"
#include "replay/pace.h"

namespace kt::migrate {

struct CarrierOptions {
  Router::Options routing;
  size_t read_bytes = 1 << 20;
  /// The target may have forgotten who wrote to some partitions, and refuse what goes on there: so
  /// one message is sent after the other until each has taken one, and none gets ahead.
  bool must_prove = false;
};

/// Where a carrier begins: with the entry at a byte position. Of the run so many messages are
/// present in each partition of the target, and those that come again are left out.
struct Place {
  mirror::Run run;
  std::vector<int64_t> present;
  int64_t position = run.start;
  int64_t taken = 0;                 ///< messages of the run before the position
  std::vector<int64_t> before = {};  ///< the same by partition of the target; none: 0 of each
  /// Offsets of the target: behind each, nothing of the source was known to be.
  std::vector<int64_t> ends = {};
};

/// What is known when all that was sent is acknowledged.
struct Carried {
  int64_t position = 0;  ///< all entries before it are in the target
  int64_t records = 0;   ///< that this process brought there
  int64_t bytes = 0;     ///< of the log that were gone through
};

class Carrier {
 public:
  /// `producer` is for this carrier alone, with its own ids.
  Carrier(legacy::Log& log, Producer& producer, int producer_topic, mirror::RunIds ids,
          replay::Throttle& throttle, CarrierOptions options);

  /// Looked at often: true ends it in good order.
  std::function<bool()> stops = [] { return false; };
  /// An entry that is damaged, or bytes that are none; it is left out. Called again for the same
  /// one where the source is read again. Throws where it must not be left out.
  std::function<void(const legacy::LogReader::Entry&)> on_damage =
      [](const legacy::LogReader::Entry&) {};
  /// Every few seconds, and at the end.
  std::function<void(const Carried&)> on_checkpoint = [](const Carried&) {};

  /// Up to the log's end, or until `stops`; then place() is where to go on when there is more. The
  /// failure where something was not acknowledged: then the target must be asked where to go on.
  /// Throws where the target acknowledges as known what it no longer has.
  std::optional<DeliveryFailure> carry(const Place& place);
  const Place& place() const { return place_; }

 private:
  void begin(Place place);
  void leave_out(const legacy::LogReader::Entry& entry);
  std::optional<DeliveryFailure> hand_over(const legacy::LogReader::Entry& entry);
  std::optional<int32_t> hand_over(std::string_view message);
  std::optional<DeliveryFailure> settle();
  void note_ends();
  bool wait_for_turn(size_t bytes);

  legacy::Log& log_;
  Producer& producer_;
  const int producer_topic_;
  const mirror::RunIds ids_;
  replay::Throttle& throttle_;
  const CarrierOptions options_;
  Router router_;
  Place place_;                        ///< run and taken are the router's
  std::vector<int64_t> to_leave_out_;  ///< by partition
  std::vector<int64_t> first_ends_;    ///< those that it began with
  std::set<int32_t> unproven_;         ///< partitions that must still show that they go on
  int proofs_ = 0;
  int64_t unsettled_records_ = 0;
  Carried carried_;
};

}  // namespace kt::migrate
