// /kafka-acl/TYPE/NAME: the rights on a resource, from 0.9 on; a node without rules is removed. And
// /kafka-acl-changes, whose new children make brokers read it. Releases that keep more than that
// (prefixes, from 2.0) have requests for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "zookeeper/session.h"

namespace kt::zk {

/// Kafka's words: `User:alice`, `Allow`, `Read`, `*`.
struct AclEntry {
  std::string principal;
  std::string permission;
  std::string operation;
  std::string host;
  bool operator==(const AclEntry&) const = default;
};

struct ResourceAcls {
  std::string type;  ///< `Topic`, `Group`, `Cluster`
  std::string name;
  std::vector<AclEntry> entries;
  std::optional<int32_t> node_version;  ///< nothing where there is no node
};

/// Of all resources, by type and name.
std::vector<ResourceAcls> acls(Session& session);
ResourceAcls acls_of(Session& session, const std::string& type, const std::string& name);

/// Replaces the rules of a resource, if nobody has changed them since they were read, and tells the
/// brokers.
Written write_acls(Session& session, const ResourceAcls& read,
                   const std::vector<AclEntry>& entries);

/// One node; `path` names it in errors.
std::vector<AclEntry> parse_acls(std::string_view data, const std::string& path);
/// `{"version":1,"acls":[...]}`
std::string acls_data(const std::vector<AclEntry>& entries);

}  // namespace kt::zk
