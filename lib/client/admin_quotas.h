// Quotas of users, client ids and addresses, shown as the settings that Kafka keeps them as. From
// 2.6 on; before that they stand in ZooKeeper alone: zookeeper_configs.h.
#pragma once

#include <vector>

#include "client/admin_configs.h"

namespace kt {

/// The quotas of exactly this user, client id or address; empty where it has none.
ResourceConfigs describe_quotas(Cluster& cluster, const ConfigResource& resource);

/// The same, as each broker that can be reached shows it.
std::vector<ResourceConfigs> describe_quotas_everywhere(Cluster& cluster,
                                                        const ConfigResource& resource);

/// Those of all that have any, by ZooKeeper before 2.6. Throws where the release has no quotas.
std::vector<ResourceConfigs> describe_all_quotas(Cluster& cluster);

Outcome alter_quotas(Cluster& cluster, const ConfigResource& resource,
                     const std::vector<ConfigChange>& changes, bool validate_only);

}  // namespace kt
