// What one broker speaks: the versions of its APIs, as it told or as its release is known to have.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "protocol/message.h"

namespace kt {

class BrokerApis {
 public:
  struct Range {
    int16_t min = 0;
    int16_t max = 0;
  };

  void add(int16_t api_key, Range range);
  /// 4.x advertises Produce from v0 on for the sake of old clients, and closes on v0-v2.
  void correct_known_lies();

  /// The range that the broker serves, or nothing.
  std::optional<Range> range(int16_t api_key) const;
  /// The highest version that both sides have, between the two limits, or nothing.
  std::optional<int16_t> best(const Api& api, int16_t at_least = 0, int16_t at_most = 0x7fff) const;
  const std::map<int16_t, Range>& ranges() const { return ranges_; }

  /// The release, where the broker has no ApiVersions and was recognised by probing: "0.8.2", else
  /// empty.
  const std::string& probed_release() const { return probed_release_; }
  void set_probed_release(std::string release) { probed_release_ = std::move(release); }

 private:
  std::map<int16_t, Range> ranges_;
  std::string probed_release_;
};

/// The release of a broker as its APIs tell, `2.8`, `0.8.2`, `3.0-3.2`.
std::string release_of(const BrokerApis& apis);

}  // namespace kt
