// An embedded Kafka cluster in this process, for tests, demos and CI: real sockets, real protocol,
// state in memory (or in a directory), one thread of its own. Ready when the constructor returns,
// gone with the destructor.
//
//   Sandbox sandbox({.brokers = 3, .as_version = "2.8.2"});
//   connect_to(sandbox.bootstrap());
//   sandbox.fault("Produce:NOT_LEADER_OR_FOLLOWER:2");
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "sandbox/options.h"

namespace kt::sandbox {

class Cluster;
class EventLoop;

class Sandbox {
 public:
  /// Throws kt::Error where it can't listen or the data directory is in use.
  explicit Sandbox(Options options = {});
  ~Sandbox();
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  /// Closes all connections and ports. The destructor does too.
  void stop();

  /// "127.0.0.1:34001,127.0.0.1:34002", as for --bootstrap-server.
  std::string bootstrap() const { return bootstrap_; }

  /// Adds a fault: `API[@BROKER]:EFFECT[:COUNT]` (see parse_fault in faults.h).
  void fault(const std::string& rule);
  void clear_faults();
  /// As a crash or shutdown: connections are cut, other brokers lead.
  void stop_broker(int32_t id);
  /// On the same port.
  void start_broker(int32_t id);
  /// Throws where that broker holds no replica or is not alive.
  void move_leader(const std::string& topic, int32_t partition, int32_t broker_id);
  /// Does nothing where it exists already.
  void create_topic(const std::string& name, int32_t partitions, int32_t replication_factor = 1);

  /// Deletes and compacts as the topics' settings ask for, the newest segments too, and waits for
  /// it.
  void clean_logs();

  /// Runs `action` with the cluster on the sandbox's thread and waits for it.
  void run(const std::function<void(Cluster&)>& action);

 private:
  std::unique_ptr<EventLoop> loop_;
  std::unique_ptr<Cluster> cluster_;
  std::string bootstrap_;
  std::thread thread_;
};

}  // namespace kt::sandbox

namespace kt {
using sandbox::Sandbox;
}
