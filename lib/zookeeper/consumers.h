// /consumers/G: groups that keep themselves in ZooKeeper. ids/C are the living members (ephemeral)
// with what they subscribe to, owners/T/P says which of their threads reads a partition,
// offsets/T/P is the position as decimal text. All groups asked for are read in a few round trips,
// whatever their number.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "zookeeper/partition_states.h"
#include "zookeeper/session.h"

namespace kt::zk {

struct Consumer {
  std::string id;       ///< `G_host-ms-8hex`, the owner's name without its thread
  std::string host;     ///< empty where the id does not tell
  std::string pattern;  ///< `static`, `white_list`, `black_list`
  std::map<std::string, int32_t> subscription;  ///< topic or expression → streams
};

struct StoredOffset {
  int64_t offset = 0;
  int32_t node_version = 0;
};

struct ConsumerGroup {
  std::string name;
  bool exists = false;
  std::vector<Consumer> members;
  std::map<Partition, std::string> owners;  ///< `C-thread`, as it stands there
  std::map<Partition, StoredOffset> offsets;
  std::vector<Partition> listed;  ///< the partitions of `offsets` as the server lists them
};

std::vector<std::string> group_names(Session& session);

/// In the order of the names.
std::vector<ConsumerGroup> consumer_groups(Session& session, const std::vector<std::string>& names);
ConsumerGroup consumer_group(Session& session, const std::string& name);

/// Writes positions of a group as it was read, so that a change in between is a `conflict`; missing
/// nodes are made. In the order of the offsets.
std::vector<Written> write_offsets(Session& session, const ConsumerGroup& read,
                                   const std::map<Partition, int64_t>& offsets);

/// The member that an owner's name means, `C` of `C-thread`.
std::string_view owner_member(std::string_view owner);

/// One node each; `path` names it in errors.
Consumer parse_consumer(const std::string& group, const std::string& id, std::string_view data,
                        const std::string& path);
int64_t parse_offset(std::string_view data, const std::string& path);

}  // namespace kt::zk
