#include "missing_right.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "acl/rules.h"
#include "base/text.h"

namespace kt {
namespace {

/// One word of a shell.
std::string as_word(const std::string& text) {
  static constexpr std::string_view kHarmless = "._-/:=@%+,";
  bool plain = !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
    return std::isalnum(c) != 0 || kHarmless.find(static_cast<char>(c)) != kHarmless.npos;
  });
  if (plain) return text;
  std::string quoted = "'";
  for (char c : text) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

}  // namespace

std::string sentence_of(const MissingRight& right, const std::string& principal,
                        std::string_view cluster) {
  bool is_cluster = right.resource_type == AclResource::cluster;
  auto operation = name_of(right.operation);
  return fmt::format("{} needs {} on {}: kt acl create {} --allow {} --operation {}{}",
                     principal.empty() ? "the client" : principal, operation,
                     is_cluster
                         ? "the cluster"
                         : name_of(right.resource_type) + " " + in_quotes(right.resource_name),
                     as_word(text_of(right.resource_type, right.resource_name)),
                     principal.empty() ? "User:NAME" : as_word(principal), operation, cluster);
}

}  // namespace kt
