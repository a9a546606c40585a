// Limits on what replication copies: rates on brokers and lists of replicas on topics. What one
// plan adds is kept apart from what was there, so that taking it back takes nothing of others. From
// Kafka 1.1 on by request: brokers took such settings from ZooKeeper alone before (0.10.1).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "client/admin_reassignments.h"
#include "client/admin_topics.h"
#include "client/cluster.h"
#include "client/throttle_settings.h"

namespace kt {

/// What a plan sets, and what it found.
struct Throttle {
  struct Rates {
    std::optional<std::string> leader, follower;  ///< before; nothing where none was set
  };
  struct Entries {
    std::vector<std::string> leader, follower;  ///< `0:1`, those that were not there
    bool empty() const { return leader.empty() && follower.empty(); }
  };
  int64_t bytes_per_second = 0;
  std::map<int32_t, Rates> brokers;
  std::map<std::string, Entries> topics;

  bool empty() const { return bytes_per_second == 0; }
};

/// A move as a throttle sees it: who has the replicas and who will.
struct ThrottledMove {
  TopicPartition at;
  std::vector<int32_t> now, target;
};

/// What would have to be set so that these moves, and nothing else, keep to the rate. Reads what is
/// set now; sets nothing. Moves that only drop replicas or change their order copy nothing.
Throttle find_throttle(ThrottleSettings& settings, const std::vector<ThrottledMove>& moves,
                       int64_t bytes_per_second);

/// The settings of things, each with what the cluster said.
std::vector<Outcome> set_throttle(ThrottleSettings& settings, const Throttle& throttle);

struct ClearedThrottle {
  std::vector<ChangedConfigs> changed;
  std::vector<Outcome> failed;
  std::vector<std::string>
      kept;  ///< sentences: what belongs to others by now, or is in use by them
};

/// Takes back what `throttle` set and what is still as it set it.
ClearedThrottle clear_throttle(Cluster& cluster, ThrottleSettings& settings,
                               const Throttle& throttle);

/// A throttle that no move needs: its owner, the setting and its value.
struct StaleThrottle {
  std::string resource;  ///< `topic/orders`, `broker/1`
  std::string setting;
  std::string value;
};

/// Lists of replicas of topics none of which moves, and rates of brokers that no list names.
std::vector<StaleThrottle> stale_throttles(Cluster& cluster, ThrottleSettings& settings,
                                           const std::vector<OngoingReassignment>& ongoing);

}  // namespace kt
