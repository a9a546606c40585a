// What a target's brokers do for a mirror, by their release: on it depends what a mirror can
// promise.
#pragma once

#include <cstdint>

#include "client/cluster.h"

namespace kt::mirror {

struct TargetAbilities {
  int8_t magic = 2;             ///< the newest message format that it takes
  bool has_sequences = true;    ///< 0.11: each batch is held against the one before
  bool any_sequence = true;     ///< 2.5: an unknown producer may begin at any sequence
  bool tells_producers = true;  ///< 2.8: DescribeProducers
  bool has_zstd = true;         ///< 2.1
};

/// Throws where kt cannot copy to it: before 0.8.2 there is no place for positions.
TargetAbilities abilities_of(Cluster& target);

}  // namespace kt::mirror
