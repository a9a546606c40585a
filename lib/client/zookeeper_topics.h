// Topics of releases whose brokers have no request for it, by ZooKeeper: created before 0.10.1,
// deleted from 0.8.1 to 0.10.0, grown before 1.0. Answers are those of the requests, so that
// callers need not know which way it went: see admin_topics.h, which chooses.
#pragma once

#include <string>
#include <vector>

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

}  // namespace kt
