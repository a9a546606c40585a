// Appends records to topics: batches per partition, compressed and sent by one thread per broker,
// several requests in flight on each connection. Idempotent where the brokers can (0.11 on) and
// every replica must acknowledge, so that a retry neither repeats nor reorders; elsewhere a
// partition has one request in flight at a time, which keeps the order, and a retry after a lost
// connection may repeat.
//
// One thread appends. A record that was refused or not acknowledged in time is a failure, told with
// the number its caller gave it; the others go on. Brokers before 0.11 get message sets (headers
// are refused there, before 0.10 timestamps are lost). Transactions are left out.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "client/cluster.h"
#include "client/producer_queue.h"

namespace kt {

class BrokerSender;

class Producer {
 public:
  Producer(Cluster& cluster, ProducerOptions options);
  /// What was not acknowledged is given up.
  ~Producer();
  Producer(const Producer&) = delete;

  /// Prepares for a topic, which is then meant by the number returned. Throws where it cannot be
  /// written to; where it is absent too.
  int add_topic(const std::string& name);
  int32_t partition_count(int topic) const;
  std::vector<int32_t> partitions_with_leader(int topic) const;
  /// False before 0.11.
  bool has_headers() const { return magic_ >= 2; }
  /// False before 0.10.
  bool has_timestamps() const { return magic_ >= 1; }

  /// Takes a copy of the record (its offset and own headers are not looked at). Waits where too
  /// much is unsent. `number` names the record in failures.
  void append(int topic, int32_t partition, const RecordView& record,
              std::span<const RecordHeader> headers, int64_t number);

  /// Where the caller's ids are used (ProducerOptions::own_ids): what is appended to the partition
  /// from now on is this producer's, from that sequence on. Nothing of it may be under way: flush()
  /// before. Brokers before 0.11 are not told.
  void send_as(int topic, int32_t partition, int64_t producer_id, int16_t epoch,
               int32_t next_sequence);
  /// Whether brokers hold batches against the sequences of those before.
  bool has_sequences() const { return queue_.idempotent; }

  /// Hands over batches older than the linger time; to be called now and then.
  void tick();
  /// Hands over all batches, without waiting.
  void send_open();
  /// True where a batch is open and waits for more records.
  bool has_open() const { return !open_lanes_.empty(); }
  /// Hands over all batches and waits until each is acknowledged or given up.
  void flush();

  int64_t acknowledged() const { return queue_.acknowledged(); }
  int64_t failed() const { return queue_.failed(); }
  /// The failures so far, which are then forgotten.
  std::vector<DeliveryFailure> take_failures() { return queue_.take_failures(); }
  /// What was acknowledged of each partition, in the order of topics and partitions.
  std::vector<PartitionDelivery> deliveries() const { return queue_.deliveries(); }

 private:
  void learn_what_brokers_speak(const Metadata& metadata);
  void seal(Lane& lane);
  void hand_over(Lane& lane);
  void take_care();
  void refresh_leaders(const ProducerQueue::Chores& chores);
  void start_senders();
  int32_t with_sender(int32_t broker);

  Cluster& cluster_;
  ProducerOptions options_;
  ProducerQueue queue_;
  int8_t magic_ = -1;
  std::vector<std::string> topics_;
  std::vector<std::vector<Lane*>> lanes_;  ///< by topic and partition
  std::vector<Lane*> open_lanes_;          ///< those with an open batch
  std::mutex senders_mutex_;
  std::vector<std::unique_ptr<BrokerSender>> senders_;
  std::thread caretaker_;
};

}  // namespace kt
