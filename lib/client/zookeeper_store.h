// What jobs done in ZooKeeper share: the cluster's ZooKeeper opened for writing, and refusals,
// which are the outcome of one item and end no other.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/cluster.h"
#include "protocol/errors.h"
#include "zookeeper/configs.h"

namespace kt {

/// What may not be done, with Kafka's code for it: becomes the outcome of one item.
struct Refusal {
  ErrorCode code;
  std::string message;
};

/// Nothing where the write is done; else throws what became of it as a Refusal.
void refuse_unwritten(zk::Written written);

/// The cluster's ZooKeeper for writing. Throws where none is named or a KRaft controller owns the
/// cluster.
struct Store {
  /// `what` is kept there, `the register of topics`.
  Store(Cluster& cluster, std::string_view what);

  zk::Session& session;
  std::string release;
  zk::ChangeNotice notice;
};

/// Opened for reading: the same without the question who owns it.
zk::Session& zookeeper_for(Cluster& cluster, std::string_view what);

/// Topics have settings from 0.8.1 on.
void refuse_settings_of_080(const Store& store);

/// Throws a Refusal for what brokers of this release would not take.
void check_topic_setting(const Store& store, const std::string& name, const std::string& value);

/// `do_one` of each item; what it refuses is that item's outcome.
template <class Made, class Items, class DoOne>
std::vector<Made> each(const Items& items, const DoOne& do_one) {
  std::vector<Made> outcomes;
  for (const auto& item : items) {
    auto& outcome = outcomes.emplace_back();
    if constexpr (requires { item.name; })
      outcome.name = item.name;
    else
      outcome.name = item;
    try {
      do_one(item, outcome);
    } catch (const Refusal& refusal) {
      outcome.error_code = static_cast<int16_t>(refusal.code);
      outcome.message = refusal.message;
    }
  }
  return outcomes;
}

}  // namespace kt
