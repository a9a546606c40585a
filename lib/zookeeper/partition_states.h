// /brokers/topics/T/partitions/P/state: who leads a partition and who is in sync. The controller's,
// never written here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "zookeeper/session.h"

namespace kt::zk {

/// Topic and number.
using Partition = std::pair<std::string, int32_t>;

struct PartitionState {
  int32_t leader = -1;  ///< -1 for none
  int32_t leader_epoch = 0;
  int32_t controller_epoch = 0;
  std::vector<int32_t> isr;
};

/// In the order of the partitions, all in one round trip; nothing where there is no state yet.
std::vector<std::optional<PartitionState>> partition_states(
    Session& session, const std::vector<Partition>& partitions);

/// One node; `path` names it in errors.
PartitionState parse_partition_state(std::string_view data, const std::string& path);

}  // namespace kt::zk
