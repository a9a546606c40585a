// Rights of releases whose brokers have no request for them, by ZooKeeper: 0.9 to 0.10.2, of
// topics, groups and the cluster. Answers are those of the requests; see admin_acls.h.
#pragma once

#include <vector>

#include "client/admin_acls.h"

namespace kt {

std::vector<Acl> describe_acls_in_zookeeper(Cluster& cluster, const AclFilter& filter);
std::vector<Outcome> create_acls_in_zookeeper(Cluster& cluster, const std::vector<Acl>& acls,
                                              bool validate_only);
std::vector<Outcome> delete_acls_in_zookeeper(Cluster& cluster, const std::vector<Acl>& acls);

}  // namespace kt
