// The groups that a command's words and flags mean, from Kafka and from ZooKeeper: what the
// commands of offsets and groups share.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "chosen.h"
#include "client/stored_groups.h"
#include "zookeeper/session.h"

namespace kt {

/// `--store kafka|zookeeper`.
Argument store_argument(std::optional<GroupStore>* store);

class GroupStores {
 public:
  /// Looks only into the store given, else into every one that the release has and the flags name.
  /// Throws where that is none, and says what names one.
  GroupStores(Context& context, std::optional<GroupStore> only);

  Cluster& cluster() { return *cluster_; }
  /// Null where ZooKeeper is not looked into.
  zk::Session* zookeeper() { return zookeeper_.get(); }

  /// The groups chosen, with their positions, by name and then store. Those that are nowhere, and
  /// brokers and groups that cannot be asked, become errors of the report; `may_lack` ones do not.
  std::vector<StoredGroup> read(const Choice& choice, bool may_lack = false);
  /// The same for exactly these names; one that is nowhere is left out.
  std::vector<StoredGroup> read(const std::vector<std::string>& names);
  /// The names of all groups, sorted. Before 0.9 ZooKeeper alone knows them.
  std::vector<std::string> names();
  /// Whether brokers list groups. Throws where neither they nor ZooKeeper are there to do so.
  bool kafka_lists_groups();

  /// Which store positions of a group go to: the one typed, the only one that has the group, or
  /// else Kafka where the release keeps positions. Throws where both have it.
  GroupStore store_for(const std::string& group, const std::vector<StoredGroup>& existing) const;

 private:
  Context& context_;
  std::optional<GroupStore> only_;
  std::unique_ptr<Cluster> cluster_;
  std::unique_ptr<zk::Session> zookeeper_;
  bool kafka_ = false;
};

}  // namespace kt
