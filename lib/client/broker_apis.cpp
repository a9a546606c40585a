#include "client/broker_apis.h"

#include <algorithm>
#include <vector>

#include "protocol/releases.h"

namespace kt {

constexpr int16_t kProduce = 0, kFetch = 1;

void BrokerApis::add(int16_t api_key, Range range) { ranges_[api_key] = range; }

void BrokerApis::correct_known_lies() {
  auto produce = ranges_.find(kProduce), fetch = ranges_.find(kFetch);
  if (produce == ranges_.end() || fetch == ranges_.end()) return;
  if (fetch->second.min >= 4) produce->second.min = std::max<int16_t>(produce->second.min, 3);
}

std::optional<BrokerApis::Range> BrokerApis::range(int16_t api_key) const {
  auto found = ranges_.find(api_key);
  if (found == ranges_.end()) return std::nullopt;
  return found->second;
}

std::optional<int16_t> BrokerApis::best(const Api& api, int16_t at_least, int16_t at_most) const {
  auto served = range(api.key);
  if (!served) return std::nullopt;
  int16_t low = std::max({api.min_version, served->min, at_least});
  int16_t high = std::min({api.stable_version, served->max, at_most});
  if (low > high) return std::nullopt;
  return high;
}

std::string release_of(const BrokerApis& apis) {
  if (!apis.probed_release().empty()) return apis.probed_release();
  std::vector<ApiRange> served;
  for (const auto& [key, range] : apis.ranges()) served.push_back({key, range.min, range.max});
  return guess_release(served);
}

}  // namespace kt
