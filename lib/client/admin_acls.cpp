#include "client/admin_acls.h"

#include <fmt/format.h>

#include <algorithm>

#include "client/zookeeper_acls.h"
#include "protocol/errors.h"
#include "protocol/msg/create_acls.h"
#include "protocol/msg/delete_acls.h"
#include "protocol/msg/describe_acls.h"
#include "zookeeper/configs.h"

namespace kt {
namespace {

template <class Number>
int8_t code(Number number) {
  return static_cast<int8_t>(number);
}

/// Releases before 2.0 know no patterns: all of a name are asked for and chosen from here.
msg::DescribeAclsRequest request_of(const AclFilter& filter, int16_t version) {
  msg::DescribeAclsRequest request;
  request.resource_type_filter = code(filter.resource_type);
  request.principal_filter = filter.principal;
  request.host_filter = filter.host;
  request.operation = code(filter.operation);
  request.permission_type = code(filter.permission);
  if (version > 0) request.pattern_type_filter = code(filter.pattern);
  request.resource_name_filter.reset();
  if (version > 0 || filter.pattern != AclPattern::match)
    request.resource_name_filter = filter.resource_name;
  return request;
}

}  // namespace

bool acls_in_zookeeper(Cluster& cluster) {
  auto apis = cluster.apis_of_any();
  if (apis.best(msg::DescribeAclsRequest::api())) return false;
  auto release = release_of(apis);
  if (zk::change_notice(release) < zk::ChangeNotice::entity_name)
    throw Error("rights take Kafka 0.9 or later, and this cluster has " + release);
  return true;
}

std::vector<Acl> describe_acls(Cluster& cluster, const AclFilter& filter) {
  std::vector<Acl> found;
  if (acls_in_zookeeper(cluster)) {
    found = describe_acls_in_zookeeper(cluster, filter);
  } else {
    auto reply = cluster.call_by_version<msg::DescribeAclsRequest>(
        [&](int16_t version) { return request_of(filter, version); });
    if (reply->error_code != 0)
      throw Error("the rights are not told: " +
                  error_text(reply->error_code, reply->error_message.value_or("")));
    for (const auto& resource : reply->resources)
      for (const auto& told : resource.acls) {
        Acl acl{static_cast<AclResource>(resource.resource_type),
                resource.resource_name,
                static_cast<AclPattern>(resource.pattern_type),
                told.principal,
                told.host,
                static_cast<AclOperation>(told.operation),
                static_cast<AclPermission>(told.permission_type)};
        if (filter.matches(acl)) found.push_back(std::move(acl));
      }
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<Outcome> create_acls(Cluster& cluster, const std::vector<Acl>& acls,
                                 bool validate_only) {
  if (acls_in_zookeeper(cluster)) return create_acls_in_zookeeper(cluster, acls, validate_only);
  std::vector<Outcome> outcomes(acls.size());
  if (validate_only || acls.empty()) return outcomes;
  msg::CreateAclsRequest request;
  for (const auto& acl : acls) {
    auto& creation = request.creations.emplace_back();
    creation.resource_type = code(acl.resource_type);
    creation.resource_name = acl.resource_name;
    creation.resource_pattern_type = code(acl.pattern);
    creation.principal = acl.principal;
    creation.host = acl.host;
    creation.operation = code(acl.operation);
    creation.permission_type = code(acl.permission);
  }
  auto reply = cluster.call(request);
  for (size_t i = 0; i < std::min(acls.size(), reply->results.size()); ++i) {
    outcomes[i].error_code = reply->results[i].error_code;
    outcomes[i].message = reply->results[i].error_message.value_or("");
  }
  return outcomes;
}

std::vector<Outcome> delete_acls(Cluster& cluster, const std::vector<Acl>& acls) {
  if (acls_in_zookeeper(cluster)) return delete_acls_in_zookeeper(cluster, acls);
  std::vector<Outcome> outcomes(acls.size());
  if (acls.empty()) return outcomes;
  msg::DeleteAclsRequest request;
  for (const auto& acl : acls) {
    auto& filter = request.filters.emplace_back();
    filter.resource_type_filter = code(acl.resource_type);
    filter.resource_name_filter = acl.resource_name;
    filter.pattern_type_filter = code(acl.pattern);
    filter.principal_filter = acl.principal;
    filter.host_filter = acl.host;
    filter.operation = code(acl.operation);
    filter.permission_type = code(acl.permission);
  }
  auto reply = cluster.call(request);
  for (size_t i = 0; i < std::min(acls.size(), reply->filter_results.size()); ++i) {
    const auto& result = reply->filter_results[i];
    outcomes[i].error_code = result.error_code;
    outcomes[i].message = result.error_message.value_or("");
    for (const auto& one : result.matching_acls)
      if (one.error_code != 0) {
        outcomes[i].error_code = one.error_code;
        outcomes[i].message = one.error_message.value_or("");
      }
  }
  return outcomes;
}

}  // namespace kt
