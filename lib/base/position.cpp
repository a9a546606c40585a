#include "base/position.h"

#include <set>

#include "base/error.h"
#include "base/text.h"
#include "base/time.h"

namespace kt {

Position parse_position(std::string_view text) {
  if (text == "earliest" || text == "beginning" || text == "first")
    return {Position::Kind::earliest, 0};
  if (text == "latest" || text == "end" || text == "last") return {Position::Kind::latest, 0};
  if (text.starts_with('@')) return {Position::Kind::timestamp, parse_time(text.substr(1))};
  auto kind = text.starts_with('+')   ? Position::Kind::after_earliest
              : text.starts_with('-') ? Position::Kind::before_latest
                                      : Position::Kind::offset;
  auto digits = kind == Position::Kind::offset ? text : text.substr(1);
  int64_t value = 0;
  if (digits.empty() || digits[0] < '0' || digits[0] > '9' || !parse_int64(digits, value))
    throw Error(
        in_quotes(text) +
            " is not a position (earliest, latest, 1200, +10, -10, @2026-11-22T10:00:00Z, @-1h)",
        Exit::usage);
  return {kind, value};
}

std::string format_position(const Position& position) {
  auto number = std::to_string(position.value);
  switch (position.kind) {
    case Position::Kind::earliest:
      return "earliest";
    case Position::Kind::latest:
      return "latest";
    case Position::Kind::offset:
      return number;
    case Position::Kind::after_earliest:
      return '+' + number;
    case Position::Kind::before_latest:
      return '-' + number;
    case Position::Kind::timestamp:
      return '@' + format_utc(position.value);
  }
  return number;
}

bool Selection::contains(int32_t number) const {
  for (auto [first, last] : ranges)
    if (number >= first && number <= last) return true;
  return ranges.empty();
}

std::vector<int32_t> Selection::numbers() const {
  std::vector<int32_t> numbers;
  std::set<int32_t> seen;
  for (auto [first, last] : ranges)
    for (int64_t number = first; number <= last; ++number)
      if (seen.insert(static_cast<int32_t>(number)).second)
        numbers.push_back(static_cast<int32_t>(number));
  return numbers;
}

Selection parse_selection(std::string_view text) {
  constexpr int64_t kMost = 1'000'000;
  Selection selection;
  int64_t count = 0;
  for (auto piece : split(text, ',')) {
    piece = trim(piece);
    size_t dash = piece.find('-');
    auto first_text = piece.substr(0, dash);
    auto last_text = dash == std::string_view::npos ? first_text : piece.substr(dash + 1);
    int64_t first = 0, last = 0;
    bool right = parse_int64(first_text, first) && parse_int64(last_text, last) && first >= 0 &&
                 first <= last && last <= INT32_MAX && (count += last - first + 1) <= kMost;
    if (!right)
      throw Error(in_quotes(text) + " is not a selection of numbers (such as 0,3-5)", Exit::usage);
    selection.ranges.emplace_back(static_cast<int32_t>(first), static_cast<int32_t>(last));
  }
  return selection;
}

std::string format_selection(const Selection& selection) {
  std::vector<std::string> pieces;
  for (auto [first, last] : selection.ranges)
    pieces.push_back(first == last ? std::to_string(first)
                                   : std::to_string(first) + '-' + std::to_string(last));
  return join(pieces, ",");
}

}  // namespace kt
