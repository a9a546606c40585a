// Replica assignments as Kafka's tools write them: `1:2,2:3` places partition 0 on brokers 1 and 2,
// partition 1 on 2 and 3, the first of each the preferred leader.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kt {

/// The brokers of each partition. Throws a usage error for anything else, and where a broker holds
/// a partition twice or the numbers of replicas differ.
std::vector<std::vector<int32_t>> parse_assignment(std::string_view text);

/// `retention.ms=1000`: name and value. Throws a usage error without a `=`.
std::pair<std::string, std::string> parse_setting(std::string_view text);

}  // namespace kt
