#include "needs.h"

#include <fmt/format.h>

#include "protocol/releases.h"

namespace kt {

void needs(Cluster& cluster, const Api& api, int16_t version, std::string_view what,
           BeforeThat before) {
  auto apis = cluster.apis_of_any();
  if (apis.best(api, version)) return;
  const auto* first = first_release(api.key, version);
  throw Error(fmt::format("{} takes Kafka {} or later, and this cluster has {}", what,
                          first ? first->name : "of another release", release_of(apis)),
              Exit::failed,
              before == BeforeThat::in_zookeeper ? "older releases keep that in ZooKeeper" : "");
}

}  // namespace kt
