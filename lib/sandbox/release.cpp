#include "sandbox/release.h"

#include <cstdio>

#include "base/error.h"
#include "protocol/msg/heartbeat.h"

namespace kt::sandbox {
namespace {

/// `0.9` stands for `0.9.0` too.
const kt::Release* find(const std::string& version) {
  const kt::Release* exact = find_release(version);
  return exact ? exact : find_release(version + ".0");
}

}  // namespace

Release::Release(const std::string& version)
    : table_(version.empty() ? &releases().back() : find(version)),
      version_(version.empty() ? std::string(releases().back().name) : version) {
  if (!table_ || std::sscanf(version_.c_str(), "%d.%d", &major_, &minor_) != 2)
    throw Error("kt knows no Kafka release \"" + version_ + "\"", Exit::usage,
                "0.8.0 to " + std::string(releases().back().name) + ", as in 2.8.2");
}

std::optional<Versions> Release::range(const Api& api) const {
  if (has_stub_heartbeat() && api.key == msg::HeartbeatRequest::api().key) return Versions{0, 0};
  const ApiRange* range = table_->find(api.key);
  if (!range) return std::nullopt;
  return Versions{range->min_version, range->max_version};
}

std::vector<Feature> Release::features() const {
  if (!is_kraft()) return {};
  const int16_t metadata = at_least(4, 3) ? 30 : 25;
  return {
      {"eligible.leader.replicas.version", 0, 1, 0},
      {"group.version", 0, 1, 1},
      {"kraft.version", 0, 1, 0},
      {"metadata.version", 7, metadata, metadata},
      {"transaction.version", 0, 2, 2},
  };
}

}  // namespace kt::sandbox
