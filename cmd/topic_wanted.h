// The one topic that a stream command names: there, made on request, or an error that says what was
// probably meant.
#pragma once

#include <string>

#include "client/cluster.h"

namespace kt {

/// Throws where the topic is absent; with `create` it is made with the brokers' defaults instead.
/// Never makes a topic by asking for it.
Metadata::Topic want_topic(Cluster& cluster, const std::string& name, bool create = false);

}  // namespace kt
