// Topics of releases whose brokers have no request for it, by ZooKeeper: created before 0.10.1,
// deleted from 0.8.1 to 0.10.0, grown before 1.0, their settings read and changed from 0.8.1 to
// 0.10.2. Answers are those of the requests, so that callers need not know which way it went: see
// admin_topics.h and admin_configs.h, which choose.
#pragma once

#include <string>
#include <vector>

#include "client/admin_configs.h"
#include "client/admin_topics.h"

namespace kt {

std::vector<CreatedTopic> create_topics_in_zookeeper(
    Cluster& cluster, const std::vector<msg::CreateTopicsRequest::Topic>& topics,
    bool validate_only);

std::vector<Outcome> create_partitions_in_zookeeper(
    Cluster& cluster, const std::vector<msg::CreatePartitionsRequest::Topic>& topics,
    bool validate_only);

std::vector<Outcome> delete_topics_in_zookeeper(Cluster& cluster,
                                                const std::vector<std::string>& names);

/// What is set on topics; brokers' own settings are not in ZooKeeper.
std::vector<ResourceConfigs> describe_topic_configs_in_zookeeper(
    Cluster& cluster, const std::vector<ConfigResource>& topics);

ConfigOutcome alter_topic_configs_in_zookeeper(Cluster& cluster, const ConfigResource& topic,
                                               const std::vector<ConfigChange>& changes,
                                               bool validate_only);

}  // namespace kt
