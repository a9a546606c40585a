#include "needs.h"

#include <fmt/format.h>

#include "protocol/releases.h"

namespace kt {

std::string release_of(const BrokerApis& apis) {
  if (!apis.probed_release().empty()) return apis.probed_release();
  std::vector<ApiRange> served;
  for (const auto& [key, range] : apis.ranges()) served.push_back({key, range.min, range.max});
  return guess_release(served);
}

void needs(Cluster& cluster, const Api& api, int16_t version, std::string_view what,
           BeforeThat before) {
  auto apis = cluster.apis_of_any();
  if (apis.best(api, version)) return;
  const auto* first = first_release(api.key, version);
  throw Error(fmt::format("{} takes Kafka {} or later, and this cluster has {}", what,
                          first ? first->name : "of another release", release_of(apis)),
              Exit::failed,
              before == BeforeThat::in_zookeeper
                  ? "older releases keep that in ZooKeeper, which this version of kt does not touch"
                  : "");
}

}  // namespace kt
