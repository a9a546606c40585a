// Settings of releases whose brokers have no request for them, by ZooKeeper: of topics from 0.8.1
// to 0.10.2, of brokers (the two rates of throttled replication) from 0.10.1 to 1.0, quotas of
// client ids from 0.9 and of users from 0.10.1, both to 2.5. Answers are those of the requests; see
// admin_configs.h, which asks config_way() first.
#pragma once

#include <string>
#include <vector>

#include "client/admin_configs.h"
#include "zookeeper/configs.h"

namespace kt {

enum class ConfigWay { request, zookeeper };

/// How this cluster's release reads or changes settings of the thing. Throws an error that names
/// the release needed where this one has nothing of the kind.
ConfigWay config_way(Cluster& cluster, const ConfigResource& resource, bool changes);

/// What is set on the things, in their order.
std::vector<ResourceConfigs> describe_configs_in_zookeeper(
    Cluster& cluster, const std::vector<ConfigResource>& resources);

/// The quotas of all users and client ids that have any.
std::vector<ResourceConfigs> describe_all_quotas_in_zookeeper(Cluster& cluster);

/// The node of a thing below /config, and what it holds, as the requests would tell it.
std::string entity_of(const ConfigResource& resource);
ResourceConfigs kept_configs(const ConfigResource& resource, const zk::Config& node);

ConfigOutcome alter_configs_in_zookeeper(Cluster& cluster, const ConfigResource& resource,
                                         const std::vector<ConfigChange>& changes,
                                         bool validate_only);

}  // namespace kt
