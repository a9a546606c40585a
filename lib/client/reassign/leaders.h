// Preferred leaders evened out by the order of replicas alone, which copies nothing.
#pragma once

#include "client/reassign/bands.h"
#include "client/reassign/state.h"

namespace kt::reassign {

/// As near to the bands as orders can bring it, changing as few orders as that takes. A chain of
/// brokers helps where no two can help each other.
void order_leaders(State& state, const Bands& bands);

}  // namespace kt::reassign
