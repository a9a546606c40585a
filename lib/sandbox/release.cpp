#include "sandbox/release.h"

#include <cstdio>

#include "base/error.h"

namespace kt::sandbox {

Release::Release(const std::string& version) : version_(version.empty() ? "4.3.0" : version) {
  if (std::sscanf(version_.c_str(), "%d.%d", &major_, &minor_) != 2)
    throw Error("\"" + version_ + "\" is not a Kafka release", Exit::usage, "write it as in 2.8.2");
}

std::optional<Versions> Release::range(const Api& api) const {
  return Versions{api.min_version, api.stable_version};
}

std::vector<Feature> Release::features() const {
  if (!is_kraft()) return {};
  return {
      {"eligible.leader.replicas.version", 0, 1, 0},
      {"group.version", 0, 1, 1},
      {"kraft.version", 0, 1, 0},
      {"metadata.version", 7, 25, 25},
      {"transaction.version", 0, 2, 2},
  };
}

}  // namespace kt::sandbox
