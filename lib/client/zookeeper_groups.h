// Groups that consumers before 0.9 keep in ZooKeeper (and later ones that were never moved), in the
// shape of those in Kafka: members from ids, what they read from owners, positions from offsets.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/group_commit.h"
#include "client/stored_groups.h"
#include "zookeeper/session.h"

namespace kt {

/// A list of topics as the old consumer and MirrorMaker 1 take it, as an expression: blanks do not
/// count, nor quotes around it, and a comma is an alternative.
std::string filter_expression(std::string_view filter);

/// In the order of the names. A group that is not there has GROUP_ID_NOT_FOUND.
std::vector<StoredGroup> zookeeper_groups(zk::Session& session,
                                          const std::vector<std::string>& names);

/// Writes positions of a group as it was read: one that changed in between is left alone and told.
/// `existing` may be null for a group that is new. In the order of `positions`.
std::vector<CommitOutcome> commit_to_zookeeper(zk::Session& session, const std::string& group,
                                               const StoredGroup* existing,
                                               const std::vector<NewPosition>& positions);

/// Deletes a group without members, with its positions.
Outcome delete_zookeeper_group(zk::Session& session, const std::string& group);

}  // namespace kt
