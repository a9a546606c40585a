// One partition's way through a mirror: what is known of both ends, and the batches between them.
// Guarded by the mirror's lock, except the forwarder, which only the thread of work() uses.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "base/clock.h"
#include "mirror/forwarder.h"
#include "mirror/target_position.h"

namespace kt::mirror {

enum class LaneState {
  starting,  ///< both ends are being asked, again after a failure
  copying,
  done,       ///< all was copied up to the end that was asked for
  stopped,    ///< it needs somebody to decide
  leaving,    ///< given up to another run, once what was sent is answered
  elsewhere,  ///< given up
};

class Courier;

struct Lane {
  TopicPartition source, target;
  RunIds ids;
  LaneState state = LaneState::starting;
  bool is_same_log = false;  ///< the source was held against the target once
  int failures = 0;          ///< in a row
  int starts_behind = 0;     ///< in a row, at which the source ended before the position
  Clock::Time retry_at{};
  std::optional<Clock::Time> troubled_since;  ///< nothing of it got on since
  bool is_told = false;                       ///< that it waits
  std::string message, hint;

  std::optional<Forwarder> forwarder;
  size_t batch_bytes = ForwarderOptions{}.batch_bytes;  ///< less where the target takes no such
  int64_t fetched_to = 0;                               ///< all below was taken from the source
  int64_t end_offset = INT64_MAX;
  bool paused = false;

  std::deque<OutgoingBatch> queue;  ///< oldest first; the first `in_flight` were sent
  size_t in_flight = 0;
  size_t queued_bytes = 0;
  /// A batch of this run was acknowledged a moment ago, so that the broker holds the next ones
  /// against it. Of a producer that it does not know a broker takes any batch: until then one at a
  /// time is sent, else the second could be appended where the first was refused.
  bool is_proven = false;
  Clock::Time proven_at{};
  bool one_at_a_time = false;  ///< the target holds no batch against the one before
  int64_t epoch = 0;           ///< raised by each restart: answers to older batches mean nothing
  Courier* courier = nullptr;
  bool is_ready = false;  ///< listed by its courier

  int64_t acknowledged_to = -1;  ///< source offset; -1 not known
  int64_t copied_to = -1;        ///< the source offset after the last record acknowledged
  int64_t copied_time_ms = -1;   ///< of that record
  int64_t target_next = -1;  ///< the target offset that the next batch gets if nobody else writes
  int64_t source_end = -1;
  int64_t saved_to = -1;  ///< the position stored at the target, where one is
  int64_t records = 0, bytes = 0, runs = 0;

  Lane(const TopicPartition& source, const TopicPartition& target, RunIds ids)
      : source(source), target(target), ids(ids) {}
};

}  // namespace kt::mirror
