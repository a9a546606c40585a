// Waiting until the cluster shows something.
#pragma once

#include <functional>

#include "client/cluster.h"

namespace kt {

/// Looks again and again, with pauses that grow, until it is so; false where the cluster's deadline
/// came first.
bool await(const Cluster& cluster, const std::function<bool()>& is_so);

}  // namespace kt
