// What stands once in a cluster: its id (/cluster/id, 0.10.1), its controller (/controller), and
// whether it is on its way to KRaft, when nothing may be written any more.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "zookeeper/session.h"

namespace kt::zk {

struct Controller {
  int32_t broker_id = -1;
  int32_t kraft_epoch = -1;  ///< not negative where a KRaft controller has taken over (3.4)
};

/// Nothing where there is none at the moment.
std::optional<Controller> controller(Session& session);

/// Empty before 0.10.1.
std::string cluster_id(Session& session);

/// To be called before anything is written: throws where a KRaft controller owns the cluster, whose
/// metadata a write to ZooKeeper would harm.
void refuse_where_kraft_owns(Session& session);

}  // namespace kt::zk
