// The thread that carries a producer's batches to one broker: several requests in flight, answers
// read as they come.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <thread>
#include <vector>

#include "client/cluster.h"
#include "client/producer_queue.h"

namespace kt {

class BrokerSender {
 public:
  /// `magic`: the format of all batches, which bounds the versions of the request.
  BrokerSender(Cluster& cluster, ProducerQueue& queue, const ProducerOptions& options, int8_t magic,
               int32_t broker_id);
  /// Ends the connection and the thread; what is in flight is left where it is.
  ~BrokerSender();
  BrokerSender(const BrokerSender&) = delete;

  int32_t broker_id() const { return broker_id_; }
  /// There may be something to send.
  void wake();

 private:
  using Request = std::vector<Shipment>;

  void run();
  void step();
  void await_all_read();
  bool send_what_is_ready();
  void connect();
  void send(Request shipments);
  void receive();
  void wait();
  void finish(const Shipment& shipment);
  void refused(const Shipment& shipment, int16_t code, const std::string& message);
  void settle(const Request& request, const ResponseFrame& frame);
  void connection_lost(const Error& error);

  Cluster& cluster_;
  ProducerQueue& queue_;
  const ProducerOptions& options_;
  int8_t magic_;
  int32_t broker_id_;
  int wake_fd_;
  std::unique_ptr<Connection> connection_;
  std::deque<Request> in_flight_;
  std::string last_topic_;  ///< sent to without asking for an answer
  Clock::Time look_again_at_ = Clock::Time::max();
  std::atomic<bool> is_full_ = false;  ///< nothing leaves before an answer has come
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace kt
