// Which release of Kafka serves which versions: for brokers too old to say so (before 0.10.0), for
// naming the release that something needs, for guessing a broker's release, and for a sandbox that
// plays an old one. Previews that a broker does not offer by itself are left out.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/schema.h"

namespace kt {

struct ApiRange {
  int16_t key = -1;
  int16_t min_version = 0;
  int16_t max_version = 0;
  bool operator==(const ApiRange&) const = default;
};

/// A line of releases that serve the same: `0.8.2`, `2.8`, `4.3`.
struct Release {
  std::string_view name;
  std::vector<ApiRange>
      apis;  ///< in the order of their keys; brokers with ZooKeeper and with KRaft together

  /// nullptr where the release does not serve the API.
  const ApiRange* find(int16_t key) const;
};

/// All releases, oldest first.
std::span<const Release> releases();
/// Finds `2.8` by `2.8` and `2.8.2`, `0.8.2` by `0.8.2` and `0.8.2.2`; nullptr where there is none.
const Release* find_release(std::string_view name);
/// The first release with this version of the API; nullptr where none is known.
const Release* first_release(int16_t key, int16_t version);
/// `0.10.0`, `2.4`, `3.0-3.2`: the releases that come closest to the answer of a broker.
std::string guess_release(std::span<const ApiRange> served);

}  // namespace kt
