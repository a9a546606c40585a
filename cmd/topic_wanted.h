// The one topic that a stream command names: there, made on request, or an error that says what was
// probably meant.
#pragma once

#include <string>

#include "client/cluster.h"

namespace kt {

/// For want_topic(): partitions of a topic that is absent.
constexpr int32_t kNeverCreate = 0, kBrokersDefault = -1;

/// Throws where the topic is absent; with `create` it is made with so many partitions instead.
/// Never makes a topic by asking for it.
Metadata::Topic want_topic(Cluster& cluster, const std::string& name,
                           int32_t create = kNeverCreate);

}  // namespace kt
