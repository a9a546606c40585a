// Names of MBeans, `domain:key=value,...`, and patterns of them. Up to 0.8.1 Kafka's names carry
// quotes around every part; here quotes say nothing, so that one pattern finds both.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kt::jmx {

struct ObjectName {
  std::string domain;
  std::vector<std::pair<std::string, std::string>> properties;  ///< in the name's order, unquoted
  bool open = false;  ///< of a pattern: further properties may stand (`*`)

  /// Throws a usage error that quotes the name.
  static ObjectName parse(std::string_view text);

  const std::string* property(std::string_view key) const;
};

/// Whether the words `*` (any text) and `?` (any byte) of a glob stand for all of the text.
bool glob_matches(std::string_view glob, std::string_view text);

/// What a user types to choose MBeans: a name or pattern of Java's form, or, without a colon, a
/// glob that any part of a name may match.
class NamePattern {
 public:
  explicit NamePattern(std::string_view text);

  bool matches(std::string_view name) const;
  bool matches(const ObjectName& name, std::string_view whole) const;
  /// The name where the pattern is one and nothing else.
  bool is_exact() const { return exact_; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  ObjectName pattern_;
  bool exact_ = false;
  bool words_ = false;  ///< no colon
};

}  // namespace kt::jmx
