// Small things done to text: splitting, joining, quoting for messages, numbers that ignore the
// locale, and the name a mistyped one was probably meant to be.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kt {

/// The pieces between the separators; an empty text is one empty piece.
std::vector<std::string_view> split(std::string_view text, char separator);
/// The pieces of what is about to go would look into nothing.
template <std::same_as<std::string> Text>
std::vector<std::string_view> split(Text&& text, char separator) = delete;

/// Without blanks, tabs and line ends on either side.
std::string_view trim(std::string_view text);

/// ASCII letters in lower case; all other bytes as they are.
std::string lower(std::string_view text);

template <class Range>
std::string join(const Range& pieces, std::string_view separator) {
  std::string joined;
  bool first = true;
  for (const auto& piece : pieces) {
    if (!first) joined += separator;
    first = false;
    joined += piece;
  }
  return joined;
}

/// The text in double quotes, with what could harm a terminal escaped; for messages.
std::string in_quotes(std::string_view text);

/// `1 topic`, `2 topics`, `2 replicas`: the count and its noun.
std::string counted(int64_t count, std::string_view noun);

/// A whole decimal number with an optional sign, `010` being ten. False where the text is anything
/// else or too large.
bool parse_int64(std::string_view text, int64_t& value);

/// The candidate a typing error away from `name`, or an empty view.
std::string_view nearest(std::string_view name, std::span<const std::string_view> candidates);

/// ` (did you mean "orders"?)`, or nothing where no candidate is near.
std::string did_you_mean(std::string_view name, std::span<const std::string_view> candidates);
std::string did_you_mean(std::string_view name, std::span<const std::string> candidates);

}  // namespace kt
