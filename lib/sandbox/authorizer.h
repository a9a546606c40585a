// Who may do what, as Kafka's StandardAuthorizer decides, where authorizer.class.name is set: super
// users everything; others what a rule allows them and none denies. What no rule is about is closed
// unless allow.everyone.if.no.acl.found=true. Without an authorizer everybody may do everything.
#pragma once

#include <string>
#include <string_view>

#include "protocol/acl.h"
#include "protocol/errors.h"

namespace kt::sandbox {

struct Call;

/// Whether it is a setting of authorizers, of which brokers' own list does not speak.
bool is_of_authorizer(const std::string& setting);

/// `User:alice`; who said nothing is User:ANONYMOUS.
std::string principal_of(const Call& call);

bool may(const Call& call, AclOperation operation, AclResource type,
         std::string_view name = kClusterResource);

/// None where the client may do what the call's API takes on the resource, else the code of its
/// type.
ErrorCode check_right(const Call& call, AclResource type, std::string_view name = kClusterResource);

/// Write to some topic, which from 3.0 on includes writing idempotently.
bool may_write_idempotently(const Call& call);

/// The code for the whole answer of an API that is about the cluster alone.
ErrorCode check_cluster_right(const Call& call);

}  // namespace kt::sandbox
