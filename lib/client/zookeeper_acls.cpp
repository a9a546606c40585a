#include "client/zookeeper_acls.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "client/zookeeper_store.h"
#include "zookeeper/acls.h"

namespace kt {
namespace {

constexpr std::string_view kWhat = "the register of rights";

/// What these releases have.
constexpr std::array<AclOperation, 8> kOperations = {
    AclOperation::all,    AclOperation::read,  AclOperation::write,    AclOperation::create,
    AclOperation::remove, AclOperation::alter, AclOperation::describe, AclOperation::cluster_action,
};

/// `Topic`, as nodes are called.
std::string node_type(AclResource type) {
  auto name = name_of(type);
  name.front() = static_cast<char>(name.front() - 'a' + 'A');
  return name;
}

void check(const Acl& acl, const Store& store) {
  auto refuse = [&](const std::string& why) {
    throw Refusal{ErrorCode::invalid_request, why + " Kafka " + store.release};
  };
  bool known_type = acl.resource_type == AclResource::topic ||
                    acl.resource_type == AclResource::group ||
                    acl.resource_type == AclResource::cluster;
  if (!known_type)
    refuse("rights on a " + name_of(acl.resource_type) + " take Kafka 0.11 or later, and this is");
  if (acl.pattern != AclPattern::literal) refuse("prefixes take Kafka 2.0 or later, and this is");
  if (std::find(kOperations.begin(), kOperations.end(), acl.operation) == kOperations.end())
    refuse(name_of(acl.operation) + " takes Kafka 0.11 or later, and this is");
  if (acl.resource_name.find('/') != std::string::npos)
    refuse("a name with a slash is none that is found in ZooKeeper by");
}

zk::AclEntry entry_of(const Acl& acl) {
  return {acl.principal, name_of(acl.permission), name_of(acl.operation), acl.host};
}

/// Nothing where its words are none that kt knows.
std::optional<Acl> acl_of(const zk::ResourceAcls& resource, const zk::AclEntry& entry) {
  auto type = parse_acl_resource(resource.type);
  auto operation = parse_acl_operation(entry.operation);
  auto permission = parse_acl_permission(entry.permission);
  if (!type || !operation || !permission) return std::nullopt;
  return Acl{*type,      resource.name, AclPattern::literal, entry.principal,
             entry.host, *operation,    *permission};
}

/// Changes the entries of each rule's resource by `change`.
template <class Change>
std::vector<Outcome> each_acl(Cluster& cluster, const std::vector<Acl>& acls, bool validate_only,
                              const Change& change) {
  Store store(cluster, kWhat);
  std::vector<Outcome> outcomes;
  for (const auto& acl : acls) {
    auto one = each<Outcome>(std::vector<std::string>{""}, [&](const auto&, Outcome&) {
      check(acl, store);
      auto read = zk::acls_of(store.session, node_type(acl.resource_type), acl.resource_name);
      auto entries = read.entries;
      if (!change(entries, entry_of(acl)) || validate_only) return;
      refuse_unwritten(zk::write_acls(store.session, read, entries));
    });
    outcomes.push_back(std::move(one.front()));
  }
  return outcomes;
}

}  // namespace

std::vector<Acl> describe_acls_in_zookeeper(Cluster& cluster, const AclFilter& filter) {
  std::vector<Acl> found;
  for (const auto& resource : zk::acls(zookeeper_for(cluster, kWhat)))
    for (const auto& entry : resource.entries)
      if (auto acl = acl_of(resource, entry); acl && filter.matches(*acl)) found.push_back(*acl);
  return found;
}

std::vector<Outcome> create_acls_in_zookeeper(Cluster& cluster, const std::vector<Acl>& acls,
                                              bool validate_only) {
  return each_acl(cluster, acls, validate_only, [](auto& entries, const zk::AclEntry& wanted) {
    if (std::find(entries.begin(), entries.end(), wanted) != entries.end()) return false;
    entries.push_back(wanted);
    return true;
  });
}

std::vector<Outcome> delete_acls_in_zookeeper(Cluster& cluster, const std::vector<Acl>& acls) {
  return each_acl(cluster, acls, false, [](auto& entries, const zk::AclEntry& unwanted) {
    return std::erase(entries, unwanted) > 0;
  });
}

}  // namespace kt
