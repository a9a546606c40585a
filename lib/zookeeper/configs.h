// /config/KIND/NAME: what is set on topics (0.8.1), clients (0.9), users and brokers (0.10.1); and
// /config/changes, whose new children make brokers read it. What such a child holds differs by
// release, and the wrong kind is ignored or, on some, stops brokers from applying any change.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "zookeeper/session.h"

namespace kt::zk {

struct Config {
  std::map<std::string, std::string> entries;
  std::optional<int32_t> node_version;  ///< nothing where there is no node
  Json json;                            ///< the node as read
};

/// What is set on an entity, `topics/orders`; nothing set where there is no node.
Config config(Session& session, const std::string& entity_path);
std::vector<Config> configs(Session& session, const std::vector<std::string>& entity_paths);

/// One node; `path` names it in errors.
Config parse_config(const Node& node, const std::string& path);

/// Replaces all that is set on the entity, if nobody has changed it since it was read.
Written write_config(Session& session, const std::string& entity_path, const Config& read,
                     const std::map<std::string, std::string>& entries);

/// What the brokers of a release want to find below /config/changes.
enum class ChangeNotice {
  none,         ///< 0.8.0: settings of topics are not in ZooKeeper
  topic_name,   ///< 0.8.1 and 0.8.2
  entity_name,  ///< 0.9 and 0.10.0
  entity_path,  ///< from 0.10.1 on
};
/// Of a release as `guess_release` names it: `0.8.2`, `2.4`, `3.0-3.2`.
ChangeNotice change_notice(std::string_view release);

/// The data of a notice for an entity, `topics/orders`. Topics alone before 0.9.
std::string notice_data(ChangeNotice kind, const std::string& entity_path);

/// Tells the brokers that settings of the entity have changed.
void announce_config(Session& session, ChangeNotice kind, const std::string& entity_path);

/// `topics/orders`, `users/<default>` for no name, `clients/a%20b`: the name as Kafka encodes it.
std::string entity_path(std::string_view kind, std::string_view name);

/// The names of those of a kind that have a node, `users` or `users/alice/clients`; empty for the
/// default.
std::vector<std::string> entity_names(Session& session, const std::string& kind);

}  // namespace kt::zk
