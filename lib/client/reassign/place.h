// What the aims force: replicas off drained brokers, more or fewer of them, each partition spread
// over racks. Every copy goes to the broker with the least load that keeps the rule of racks.
#pragma once

#include <vector>

#include "client/reassign/state.h"

namespace kt::reassign {

/// Does it, and returns what could not be done.
std::vector<Refusal> place(State& state, const Aims& aims);

/// Bytes that any plan has to copy for these aims, whatever else it does.
int64_t bytes_forced(const State& state, const Aims& aims);

}  // namespace kt::reassign
