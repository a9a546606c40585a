// A look-up in short lists.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace kt {

/// Whether the list, of brokers or partitions, has the number.
inline bool contains(const std::vector<int32_t>& list, int32_t number) {
  return std::find(list.begin(), list.end(), number) != list.end();
}

}  // namespace kt
