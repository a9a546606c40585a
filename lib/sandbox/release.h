// The Kafka release that the embedded cluster imitates: its APIs, and where its behaviour differs
// from its neighbours'.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/releases.h"
#include "protocol/schema.h"

namespace kt::sandbox {

/// A feature level as ApiVersions v3 tells it; level 0: supported, not in use.
struct Feature {
  std::string name;
  int16_t min_level;
  int16_t max_level;
  int16_t level;
};

class Release {
 public:
  /// "2.8.2"; empty: the newest that kt knows. Throws a usage error for what is no release.
  explicit Release(const std::string& version);

  const std::string& version() const { return version_; }
  bool at_least(int major, int minor) const {
    return std::pair(major_, minor_) >= std::pair(major, minor);
  }

  /// The versions of `api` that it speaks; nothing where it lacks the API.
  std::optional<Versions> range(const Api& api) const;
  std::vector<Feature> features() const;

  /// KRaft from 4.0 on, ZooKeeper before: then only the controller changes the cluster.
  bool is_kraft() const { return at_least(4, 0); }
  /// 0.10 to 2.3 answer an unknown version of ApiVersions with an empty list.
  bool answers_unknown_api_versions_with_range() const { return at_least(2, 4); }
  /// 0.9 neither answers an API that it lacks nor closes; all others close.
  bool is_silent_on_unknown() const { return at_least(0, 9) && !at_least(0, 10); }
  /// Whatever version a request for metadata names: clients tell older brokers by that.
  bool reads_metadata_as_v0() const { return !at_least(0, 10); }
  /// 0.8.2 knew heartbeats and answered them with an error, always; clients tell it from 0.8.1 by
  /// that.
  bool has_stub_heartbeat() const { return table_->name == "0.8.2"; }
  /// The magic of the batches that it stores.
  int8_t record_magic() const { return at_least(0, 11) ? 2 : at_least(0, 10) ? 1 : 0; }

 private:
  const kt::Release* table_;
  std::string version_;
  int major_ = 0;
  int minor_ = 0;
};

}  // namespace kt::sandbox
