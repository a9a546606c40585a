// How many threads are worth starting.
#pragma once

namespace kt {

/// Cores that this process may use at once, by affinity and by the quota of its cgroup; at least 1.
int usable_cores();

}  // namespace kt
