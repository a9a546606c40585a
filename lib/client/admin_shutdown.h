// Brokers that leave: ControlledShutdown (0.8.0 to 3.9 with ZooKeeper), by which the controller
// takes all leadership off a broker that is about to stop, and UnregisterBroker (KRaft), by which
// it forgets one that has stopped for good.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "client/cluster.h"

namespace kt {

/// Whether the brokers take ControlledShutdown: those that keep their state in ZooKeeper.
bool has_controlled_shutdown(Cluster& cluster);

struct ShutdownAnswer {
  int16_t error_code = 0;
  std::vector<TopicPartition> still_led;  ///< that others hold too, and could not take over yet
};

/// Asks the controller, which brokers before 0.10 do not name: there one after the other is asked.
/// The broker leads nothing more until it is started again.
ShutdownAnswer controlled_shutdown(Cluster& cluster, int32_t broker);

/// The error code and the controller's sentence.
std::pair<int16_t, std::string> unregister_broker(Cluster& cluster, int32_t broker);

}  // namespace kt
