// A .case file: commands and what they must print. `since`, `until`, `brokers`, `only` and `apart`
// stand before the first command; then
//   $ COMMAND     run by /bin/sh; lines that follow and begin with "> " continue it
//   ~ COMMAND     the same, repeated until it matches or a deadline passes: what a cluster does by
//                 and by
//   % COMMAND     as ~, with Kafka's own tools on PATH; left out where there is no JVM to run them
//   @ WORDS       what the next command shows on real releases, for the table of the README
//   ! LINE        a line of stderr
//   ? N           the exit code, 0 where not given
//   anything else a line of stdout; "[..]" in a line stands for any text, a line "..." for any
//                 lines, a backslash in front takes the rest as it is
// Blank lines before a command belong to nobody, and a line "# ..." after a blank one is a comment.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kt::test {

using Lines = std::vector<std::string>;

/// One command of a case and its expectations.
struct Step {
  enum class Kind { once, eventually, java };
  Kind kind = Kind::once;
  std::string shows;  ///< the words of its @ line, "topic create"
  std::string command;
  int line = 0;
  Lines output, errors;
  int exit = 0;
};

struct Case {
  std::string name;
  std::string since, until;     ///< releases, empty where open
  std::string only;             ///< "sandbox", "real" or empty
  std::vector<int> brokers{1};  ///< it runs on clusters of each size; 0: no cluster at all
  bool apart = false;  ///< alone on a cluster that no other case needs: it stops brokers, or moves
                       ///< what is there
  std::vector<Step> steps;
};

/// Reads a case; throws std::runtime_error naming file and line.
Case parse_case(const std::string& name, std::string_view text);

/// Why a case is not for `release` (of a sandbox or of real brokers); nothing where it is.
std::optional<std::string> reason_to_skip(const Case&, const std::string& release, bool real);

/// Whether `release` (2.8.2) is `other` (2.8, 0.11) or newer.
bool at_least(const std::string& release, const std::string& other);

/// Whether text matches the expected lines, wildcards and all.
bool matches(const Lines& expected, const Lines& actual);

/// A unified diff of expected and actual lines.
std::string difference(const Lines& expected, const Lines& actual);

/// The lines of a text; a newline at its end opens no further line.
Lines split_lines(std::string_view text);

}  // namespace kt::test
