// What ZooKeeper keeps at a path.
#pragma once

#include <cstdint>
#include <string>

namespace kt::zk {

struct Node {
  std::string data;  ///< empty for null too
  int32_t version = 0;
  int32_t child_count = 0;
  int64_t created_ms = 0;
  int64_t modified_ms = 0;
  int64_t creation = 0;         ///< the transaction that made it: another one, another node
  int64_t ephemeral_owner = 0;  ///< the session it goes with, 0 for one that stays
};

}  // namespace kt::zk
