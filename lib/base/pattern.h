// Regular expressions over names: PCRE2, whole name, with limits, so that no expression hangs the
// program.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace kt {

class Pattern {
 public:
  /// Throws a usage error that points at the fault of `expression`.
  explicit Pattern(std::string_view expression);
  ~Pattern();
  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;

  /// Whether the expression matches the whole name, as Java's String.matches does. Throws an error
  /// where the match would take more than its share of time or memory.
  bool matches(std::string_view name) const;

  /// What a name that matches becomes: `$1` or `${1}` in `replacement` stands for the first group.
  /// Nothing where it does not match.
  std::optional<std::string> replace(std::string_view name, std::string_view replacement) const;

 private:
  struct Compiled;
  std::string expression_;
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace kt
