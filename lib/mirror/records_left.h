// Whether a reader would find anything between two offsets: where a transaction ended last, a
// partition ends with a marker, and is copied whole though a copy stands before that.
#pragma once

#include <map>
#include <set>

#include "mirror/read_rate.h"

namespace kt::mirror {

/// Those of the ranges, none of them empty, that hold a committed record or cannot be read.
std::set<TopicPartition> with_records(Cluster& cluster,
                                      const std::map<TopicPartition, OffsetRange>& ranges);

}  // namespace kt::mirror
