#include "assignment.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace kt {

std::vector<std::vector<int32_t>> parse_assignment(std::string_view text) {
  std::vector<std::vector<int32_t>> partitions;
  for (auto part : split(text, ',')) {
    auto& brokers = partitions.emplace_back();
    for (auto word : split(part, ':')) {
      int64_t broker = -1;
      if (!parse_int64(trim(word), broker) || broker < 0 || broker > INT32_MAX)
        throw Error(
            "replica assignment " + in_quotes(text) + ": " + in_quotes(word) + " is no broker",
            Exit::usage, "1:2,2:3 places partition 0 on brokers 1 and 2, 1 on 2 and 3");
      auto number = static_cast<int32_t>(broker);
      if (std::find(brokers.begin(), brokers.end(), number) != brokers.end())
        throw Error("replica assignment " + in_quotes(text) + ": broker " + std::to_string(number) +
                        " holds partition " + std::to_string(partitions.size() - 1) + " twice",
                    Exit::usage);
      brokers.push_back(number);
    }
    if (brokers.size() != partitions.front().size())
      throw Error("replica assignment " + in_quotes(text) +
                      ": all partitions of a topic have the same number of replicas",
                  Exit::usage);
  }
  return partitions;
}

std::pair<std::string, std::string> parse_setting(std::string_view text) {
  auto equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0)
    throw Error(in_quotes(text) + " is no setting", Exit::usage, "settings are NAME=VALUE");
  return {std::string(trim(text.substr(0, equals))), std::string(trim(text.substr(equals + 1)))};
}

}  // namespace kt
