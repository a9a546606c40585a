// Where throttles of replication are kept, by the way that the release has: settings by request, or
// ZooKeeper, where moves are ordered before 2.4 (and brokers of 1.1 would not tell rates).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "client/admin_configs.h"
#include "zookeeper/session.h"

namespace kt {

/// Of the leader's side and of the follower's.
constexpr std::string_view kThrottleRates[] = {"leader.replication.throttled.rate",
                                               "follower.replication.throttled.rate"};
constexpr std::string_view kThrottleLists[] = {"leader.replication.throttled.replicas",
                                               "follower.replication.throttled.replicas"};

class ThrottleSettings {
 public:
  virtual ~ThrottleSettings() = default;

  /// Setting → value, of what is set on the thing itself and not empty.
  using Values = std::map<std::string, std::string>;
  virtual std::map<std::string, Values> of_topics(const std::vector<std::string>& topics) = 0;
  virtual std::map<int32_t, Values> of_brokers(const std::vector<int32_t>& brokers) = 0;
  virtual Outcome change(const ConfigResource& resource,
                         const std::vector<ConfigChange>& changes) = 0;
};

std::unique_ptr<ThrottleSettings> throttles_by_request(Cluster& cluster);
/// From 0.10.1 on, whose brokers know throttles.
std::unique_ptr<ThrottleSettings> throttles_in_zookeeper(zk::Session& session);

}  // namespace kt
