// The thread of a consumer that fetches from one broker: asks for all of its partitions, and while
// one answer is handed over the next is on its way.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "client/consumer.h"
#include "client/fetch_session.h"

namespace kt {

class Fetcher {
 public:
  Fetcher(Consumer& consumer, int32_t broker_id);
  ~Fetcher();

  /// Makes the thread end soon; the destructor waits for it.
  void stop();

 private:
  using PartitionAnswer = msg::FetchResponse::Response::Partition;

  void run();
  /// Takes note of what this broker is to be asked for; false where there is nothing.
  bool collect_work();
  /// Waits for work; false where the consumer is ending.
  bool wait_for_work();
  void connect();
  void send();
  int32_t replica_id() const;
  std::vector<FetchedChunk> receive();
  /// Under the lock of the consumer: takes over what came of one partition.
  std::optional<FetchedChunk> take(FetchPartition& partition, PartitionAnswer& answer);
  void on_error(FetchPartition& partition, int16_t error_code);
  /// Another broker would not do.
  [[noreturn]] void refuse_replica(const FetchPartition& partition, int16_t error_code) const;
  void reset_positions();
  void reset_to(FetchPartition& partition, int64_t offset, FetchFailure failure);
  void on_failure(const Error& error);

  Consumer& consumer_;
  const int32_t broker_id_;
  FetchSession session_;
  std::vector<FetchPartition> wanted_;  ///< what the request under way asks for
  std::vector<FetchPartition> out_of_range_;
  std::map<Uuid, std::string> topic_names_;  ///< of what is wanted
  int16_t version_ = 0;
  Clock::Time sent_at_{}, answered_at_{};
  std::optional<Deadline> give_up_;  ///< since the first of failures in a row
  int failures_ = 0;

  std::mutex connection_mutex_;
  std::unique_ptr<Connection> connection_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace kt
