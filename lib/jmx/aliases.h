// Short names for what operators read most, each with the names that Kafka's MBeans have had for
// it. Quotes do not count (see object_name.h): a difference in words does.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kt::jmx {

struct Alias {
  std::string_view name;                     ///< `messages-in`
  std::string_view meaning;                  ///< in a few words
  std::vector<std::string_view> patterns;    ///< of today's Kafka first, then of 0.8.0
  std::vector<std::string_view> attributes;  ///< shown where none is named
};

/// In the order of the manual.
std::span<const Alias> aliases();

/// nullptr where the word is none.
const Alias* find_alias(std::string_view name);

/// What stands in the manual: a line each.
std::string alias_lines();

}  // namespace kt::jmx
