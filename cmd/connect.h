// From the shared flags to a cluster: addresses, limits and client settings, with the Java client's
// keys and librdkafka's.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/context.h"
#include "client/cluster.h"

namespace kt {

/// The client settings of --config and -X, -X last, so that it wins; each key as typed.
std::vector<std::pair<std::string, std::string>> client_properties(const Context& context);

/// How to reach the cluster that the flags name. Throws a usage error where they name none.
ClientOptions client_options(const Context& context);

/// The cluster that the flags name; connections are made when something is asked.
std::unique_ptr<Cluster> connect(const Context& context);

}  // namespace kt
