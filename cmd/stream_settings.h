// Settings of producers and consumers as client properties name them (Java's keys, then
// librdkafka's), for what no flag says.
#pragma once

#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/context.h"

namespace kt {

class StreamSettings {
 public:
  explicit StreamSettings(const Context& context);

  /// The last value of any of the keys, where one was given.
  std::optional<std::string> text(std::initializer_list<std::string_view> keys) const;
  /// The same read as a number from `least` to 2^31-1, or as milliseconds. Throws a usage error for
  /// anything else.
  std::optional<int32_t> number(std::initializer_list<std::string_view> keys, int32_t least) const;
  std::optional<std::chrono::milliseconds> duration(
      std::initializer_list<std::string_view> keys) const;
  /// `true` or `false`.
  std::optional<bool> boolean(std::initializer_list<std::string_view> keys) const;

 private:
  std::vector<std::pair<std::string, std::string>> properties_;
};

}  // namespace kt
