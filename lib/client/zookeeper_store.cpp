#include "client/zookeeper_store.h"

#include <fmt/format.h>

#include "client/old_topic_settings.h"
#include "zookeeper/cluster.h"

namespace kt {

zk::Session& zookeeper_for(Cluster& cluster, std::string_view what) {
  return cluster.zookeeper(fmt::format("{} of Kafka {}", what, release_of(cluster.apis_of_any())));
}

Store::Store(Cluster& cluster, std::string_view what)
    : session(zookeeper_for(cluster, what)),
      release(release_of(cluster.apis_of_any())),
      notice(zk::change_notice(release)) {
  zk::refuse_where_kraft_owns(session);
}

void refuse_settings_of_080(const Store& store) {
  if (store.notice == zk::ChangeNotice::none)
    throw Refusal{ErrorCode::invalid_config,
                  "Kafka 0.8.0 keeps no settings of topics: they are in its brokers' files"};
}

void check_topic_setting(const Store& store, const std::string& name, const std::string& value) {
  auto why = why_not_topic_setting(store.release, name, value);
  if (!why.empty()) throw Refusal{ErrorCode::invalid_config, name + " " + why};
}

void refuse_unwritten(zk::Written written) {
  switch (written) {
    case zk::Written::done:
      return;
    case zk::Written::exists:
      throw Refusal{ErrorCode::topic_already_exists, ""};
    case zk::Written::absent:
      throw Refusal{ErrorCode::unknown_topic_or_partition, ""};
    case zk::Written::uncertain:
      throw Refusal{ErrorCode::unknown_server_error,
                    "the connection to ZooKeeper was lost meanwhile: look whether it is done"};
    default:
      throw Refusal{ErrorCode::unknown_server_error,
                    "somebody else has changed it meanwhile: nothing was written, try again"};
  }
}

}  // namespace kt
