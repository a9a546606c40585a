// Positions in a partition and selections of partitions, as typed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kt {

/// Where in a partition: `earliest`, `latest`, `1200`, `+N` (after the earliest), `-N` (before the
/// latest),
/// `@2026-11-22T10:00:00Z` or `@-1h` (the first record at or after that time).
struct Position {
  enum class Kind { earliest, latest, offset, after_earliest, before_latest, timestamp };
  Kind kind = Kind::earliest;
  int64_t value =
      0;  ///< an offset, a count of records, or milliseconds since 1970; 0 for the first two kinds

  bool operator==(const Position&) const = default;
};

/// Throws a usage error for anything that is no position.
Position parse_position(std::string_view text);
std::string format_position(const Position& position);

/// Numbers of partitions, brokers and the like: `0,3-5`. Empty selects all.
struct Selection {
  std::vector<std::pair<int32_t, int32_t>> ranges;  ///< both ends included, in the order typed

  bool empty() const { return ranges.empty(); }
  /// True for a number of a range, and for every number where nothing was selected.
  bool contains(int32_t number) const;
  /// The numbers selected, each once, in the order typed.
  std::vector<int32_t> numbers() const;
};

/// Throws a usage error for anything that is no selection; at most a million numbers.
Selection parse_selection(std::string_view text);
std::string format_selection(const Selection& selection);

}  // namespace kt
