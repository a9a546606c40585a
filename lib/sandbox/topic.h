// A topic of the embedded cluster: its settings and its partitions.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "sandbox/partition.h"

namespace kt::sandbox {

struct Topic {
  std::string name;
  Uuid id;
  bool internal = false;
  std::map<std::string, std::string> configs;  // only what differs from the broker's
  std::vector<std::unique_ptr<Partition>> partitions;

  /// Null where there is no such partition.
  Partition* partition(int32_t index) {
    bool exists = index >= 0 && static_cast<size_t>(index) < partitions.size();
    return exists ? partitions[static_cast<size_t>(index)].get() : nullptr;
  }
};

}  // namespace kt::sandbox
