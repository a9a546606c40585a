// Carries batches to one target broker over one connection: each request has a batch of every
// partition that has one, several requests are in flight, and a broker answers them in order. What
// fails is not sent again from here: the mirror asks the target how far it got.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <thread>
#include <vector>

#include "client/cluster.h"
#include "mirror/lane.h"

namespace kt::mirror {

class Mirror;

class Courier {
 public:
  Courier(Mirror& mirror, Cluster& target, int32_t broker_id, int8_t magic);
  /// Ends the connection and the thread.
  ~Courier();
  Courier(const Courier&) = delete;

  /// Under the mirror's lock: the lane may have something to send.
  void offer(Lane& lane);
  /// Under the mirror's lock: it has nothing any more.
  void withdraw(Lane& lane);

 private:
  struct Shipment {
    Lane* lane;
    int64_t lane_epoch;
    OutgoingBatch batch;
    bool answered = false;
  };
  using Request = std::vector<Shipment>;
  void refused(const Shipment& shipment, int16_t code, const std::string& message);

  void run();
  Request collect();
  void send(Request request);
  void receive();
  void settle(Request& request, const ResponseFrame& frame);
  void wait();
  void connection_lost(const Error& error);
  void wake();

  Mirror& mirror_;
  Cluster& target_;
  const int32_t broker_id_;
  const bool has_batches_;  ///< not message sets
  const int16_t at_most_;   ///< the highest version of Produce for them
  std::deque<Lane*> ready_;
  std::deque<Request> in_flight_;
  std::unique_ptr<Connection> connection_;
  int wake_fd_;
  Clock::Time heard_at_{};  ///< when the broker last answered, or had nothing to answer
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace kt::mirror
