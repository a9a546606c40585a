// What the threads of a producer share: a lane of batches for each partition, in the order in which
// they must reach the broker, and what became of them. One mutex, touched once per batch.
//
// A lane's batches move ready → in flight → done. Where one must be sent again, it and those behind
// it gather in `again`, and nothing more leaves until all that were in flight have come back; so
// the order holds, and sequence numbers stay what they were.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/uuid.h"
#include "protocol/records/batch_builder.h"

namespace kt {

struct ProducerOptions {
  int16_t acks = -1;  ///< 0 none, 1 the leader, -1 every replica in sync
  Compression compression;
  size_t batch_bytes = 1'000'000;  ///< brokers take 1,048,588 unless told otherwise
  Milliseconds linger{5};
  int max_in_flight = 5;  ///< requests on each connection; brokers keep the last five of a producer
  bool idempotent = true;
  /// Producer ids and sequences are the caller's (Producer::send_as). What fails in a partition
  /// then fails for good, with all that is behind it, so that the caller knows where it stands;
  /// before 0.11, where brokers have neither, that is also whatever was not answered.
  bool own_ids = false;
  size_t buffer_bytes = size_t{32} << 20;  ///< unsent and unacknowledged, before append() waits
  Milliseconds delivery_timeout{30'000};   ///< from hand-over to giving up
};

/// Consecutive numbers of records.
struct NumberRun {
  int64_t first = 0;
  int64_t count = 0;
};

/// Records of one batch that were not acknowledged, and why.
struct DeliveryFailure {
  std::string topic;
  int32_t partition = 0;
  int16_t code = 0;  ///< Kafka's; 0 where no broker answered
  std::string message;
  Exit exit = Exit::failed;
  std::vector<NumberRun> numbers;
};

struct PartitionDelivery {
  std::string topic;
  int32_t partition = 0;
  int64_t records = 0;
  int64_t first_offset = -1;  ///< -1 where the broker did not tell (acks=0)
  int64_t last_offset = -1;
};

struct Lane;

struct Batch {
  void append(const RecordView& record, std::span<const RecordHeader> headers, int64_t number);

  BatchBuilder builder;
  std::vector<NumberRun> numbers;
  std::string_view bytes;  ///< as it goes over the wire, once finished
  int32_t base_sequence = -1;
  Clock::Time opened{};
  Clock::Time expires{};
  int32_t records = 0;
  size_t held_bytes = 0;
};

struct Lane {
  int topic = 0;
  std::string topic_name;
  Uuid topic_id;
  int32_t partition = 0;
  std::unique_ptr<Batch> open;  ///< of the appending thread alone; all else is the queue's

  int32_t leader = -1;
  bool leader_moved = false;
  std::deque<std::unique_ptr<Batch>> ready, in_flight, again;
  bool draining = false;  ///< nothing leaves until all in flight came back
  int failures = 0;       ///< in a row
  Clock::Time not_before{};
  int64_t producer_id = -1;
  int16_t producer_epoch = -1;
  int32_t next_sequence = 0;
  bool needs_producer_id = false;
  bool known_to_broker = false;  ///< a batch under this producer id was acknowledged
  bool is_broken = false;        ///< of own ids: a batch failed, and so will all behind it
  PartitionDelivery delivered;

  bool idle() const { return ready.empty() && in_flight.empty() && again.empty(); }
};

/// A batch on its way, with all that its sender needs outside the lock. The lane owns the batch.
struct Shipment {
  Lane* lane = nullptr;
  Batch* batch = nullptr;
  int64_t producer_id = -1;
  int16_t producer_epoch = -1;
};

class ProducerQueue {
 public:
  explicit ProducerQueue(const ProducerOptions& options) : options_(options) {}

  Lane* add_lane(Lane lane);

  // The appending thread.
  std::unique_ptr<Batch> fresh_batch();
  /// Waits while too much is buffered.
  void hand_over(Lane& lane, std::unique_ptr<Batch> batch);
  void wait_until_idle();

  // The senders.
  /// The next batches for a broker, at most one of each partition; none where nothing may leave
  /// now, and then `wake` is when to look again.
  std::vector<Shipment> take(int32_t broker, Clock::Time& wake);
  void acknowledged(const Shipment& shipment, int64_t base_offset);
  /// The broker answered with an error.
  void refused(const Shipment& shipment, int16_t code, const std::string& message);
  /// The connection ended before an answer; `error` is what users read if the time is up.
  void lost(const Shipment& shipment, const Error& error);
  /// Cannot be sent at all.
  void give_up(const Shipment& shipment, const Error& error);

  // The caretaker.
  struct Chores {
    std::set<std::string> topics;  ///< whose leaders must be looked for
    std::vector<Lane*> need_ids;
  };
  /// Waits until there is something to do, or the producer stops: then nothing.
  std::optional<Chores> wait_for_chores();
  void set_leader(Lane& lane, int32_t leader, Uuid topic_id);
  void set_producer_id(Lane& lane, int64_t id, int16_t epoch, int32_t next_sequence = 0);
  void stop();

  /// Called, under no lock, with each broker that got something to do.
  std::function<void(int32_t broker)> wake_sender;

  int64_t acknowledged() const;
  int64_t failed() const;
  std::vector<DeliveryFailure> take_failures();
  std::vector<PartitionDelivery> deliveries() const;
  // Set before anything is handed over.
  bool idempotent = false;
  BatchOptions batch_options;  ///< format and compression

 private:
  std::unique_ptr<Batch> take_back(const Shipment& shipment);
  void send_again(Lane& lane, std::unique_ptr<Batch> batch, bool leader_moved);
  bool split(Lane& lane, const Batch& batch);
  void fail(Lane& lane, std::unique_ptr<Batch> batch, int16_t code, std::string message, Exit exit);
  void forget(std::unique_ptr<Batch> batch);
  void came_back(Lane& lane);
  size_t most_in_flight(const Lane& lane) const;
  bool expire(Lane& lane, Clock::Time now);
  /// Whether a batch that was perhaps appended would be again, which the caller does not want.
  bool may_repeat() const { return options_.own_ids && !idempotent; }
  void break_sequence(Lane& lane);
  void fail_behind(Lane& lane);
  /// Who waits for room goes on for several batches: waking costs more than waiting.
  bool is_half_empty() const { return held_bytes_ <= options_.buffer_bytes / 2; }

  const ProducerOptions& options_;
  mutable std::mutex mutex_;
  std::condition_variable room_;    ///< for the appending thread
  std::condition_variable chores_;  ///< for the caretaker
  std::deque<Lane> lanes_;
  std::vector<std::unique_ptr<Batch>> spare_;
  size_t held_bytes_ = 0;
  size_t unfinished_ = 0;
  int64_t acknowledged_ = 0;
  int64_t failed_ = 0;
  std::vector<DeliveryFailure> failures_;
  bool stopped_ = false;
};

}  // namespace kt
