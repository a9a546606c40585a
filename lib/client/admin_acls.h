// Rights: told, added and taken away. By request from 0.11 on, by ZooKeeper before: see
// zookeeper_acls.h. Prefixes exist from 2.0 on.
#pragma once

#include <vector>

#include "client/admin_topics.h"
#include "client/cluster.h"
#include "protocol/acl.h"

namespace kt {

/// The rules that match, in order. Throws where the cluster does not tell them.
std::vector<Acl> describe_acls(Cluster& cluster, const AclFilter& filter);

/// Adds each rule; one that is there already stays. Outcomes in the order of the rules, without
/// names. With `validate_only` nothing is sent but what can be checked without.
std::vector<Outcome> create_acls(Cluster& cluster, const std::vector<Acl>& acls,
                                 bool validate_only);

/// Takes away exactly these rules.
std::vector<Outcome> delete_acls(Cluster& cluster, const std::vector<Acl>& acls);

/// Whether rights stand in ZooKeeper, as of releases before 0.11. Throws where there are none.
bool acls_in_zookeeper(Cluster& cluster);

}  // namespace kt
