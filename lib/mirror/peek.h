// Looks into a partition at one place: the header of the batch there, for who reads positions off
// what stands in a log.
#pragma once

#include <optional>

#include "client/cluster.h"
#include "protocol/msg/fetch.h"
#include "protocol/records/batch.h"

namespace kt::mirror {

/// A batch and the answer that brought it.
struct Peeked {
  Reply<msg::FetchResponse> reply;
  BatchView batch{{}};
};

/// The first batch that ends behind `offset`; nothing where the partition ends there. Throws where
/// the leader can't be asked or refuses.
std::optional<Peeked> peek(Cluster& cluster, const TopicPartition& partition, int64_t offset);

}  // namespace kt::mirror
