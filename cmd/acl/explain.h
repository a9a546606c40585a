// `kt acl list --explain`: who may do something to a resource, and by which rule.
#pragma once

#include "acl/rules.h"
#include "cli/context.h"
#include "client/cluster.h"

namespace kt {

/// The rows of the answer.
extern const Schema kVerdicts;

/// Answers for the one resource and operation that are chosen, for the principal and the host where
/// such are.
Exit explain_acls(Context& context, Cluster& cluster, const AclChoice& choice);

}  // namespace kt
