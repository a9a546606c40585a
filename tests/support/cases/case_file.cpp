#include "support/cases/case_file.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace kt::test {
namespace {

// A literal line is kept apart from a pattern by this first byte, which no text has.
constexpr char kLiteral = '\x01';

std::vector<int> numbers(std::string_view release) {
  std::vector<int> parts;
  while (!release.empty()) {
    int part = 0;
    auto [end, error] = std::from_chars(release.begin(), release.end(), part);
    if (error != std::errc()) throw std::runtime_error("not a release: " + std::string(release));
    parts.push_back(part);
    release.remove_prefix(std::min<size_t>(end - release.begin() + 1, release.size()));
  }
  return parts;
}

bool line_matches(std::string_view expected, std::string_view actual) {
  if (!expected.empty() && expected.front() == kLiteral) return expected.substr(1) == actual;
  auto wildcard = expected.find("[..]");
  if (wildcard == std::string_view::npos) return expected == actual;
  if (!actual.starts_with(expected.substr(0, wildcard))) return false;
  actual.remove_prefix(wildcard);
  expected.remove_prefix(wildcard + 4);
  for (size_t skipped = 0; skipped <= actual.size(); ++skipped)
    if (line_matches(expected, actual.substr(skipped))) return true;
  return false;
}

/// The parser's state: which step is being filled, and whether its command may still go on.
class Parser {
 public:
  explicit Parser(const std::string& name) { parsed_.name = name; }

  void add(std::string_view line, int number) {
    if (line.empty()) {
      ++blank_lines_;
      return;
    }
    if (starts_step(line)) {
      begin_step(line, number);
    } else if (line.starts_with("@ ")) {
      shows_ = line.substr(2);
      command_open_ = false;
    } else if (parsed_.steps.empty()) {
      if (line.front() != '#') guard(line);
    } else if (blank_lines_ == 0 || line.front() != '#') {
      expect(line);
    }
    blank_lines_ = 0;
  }

  Case take() { return std::move(parsed_); }

 private:
  static bool starts_step(std::string_view line) {
    return line.size() > 2 && line[1] == ' ' &&
           std::string_view("$~%").find(line[0]) != std::string_view::npos;
  }

  void begin_step(std::string_view line, int number) {
    Step step;
    step.kind = line[0] == '$'   ? Step::Kind::once
                : line[0] == '~' ? Step::Kind::eventually
                                 : Step::Kind::java;
    step.command = line.substr(2);
    step.line = number;
    step.shows = std::exchange(shows_, {});
    parsed_.steps.push_back(std::move(step));
    command_open_ = true;
  }

  void guard(std::string_view line) {
    if (line == "apart") {
      parsed_.apart = true;
      return;
    }
    auto space = line.find(' ');
    auto word = line.substr(0, space);
    std::string value(space == std::string_view::npos ? "" : line.substr(space + 1));
    if (word == "since" || word == "until") {
      numbers(value);
      (word == "since" ? parsed_.since : parsed_.until) = value;
    } else if (word == "only" && (value == "sandbox" || value == "real")) {
      parsed_.only = value;
    } else if (word == "brokers" && (value == "0" || value == "1" || value == "3")) {
      parsed_.brokers = {value[0] - '0'};
    } else if (line == "brokers 1 3") {
      parsed_.brokers = {1, 3};
    } else {
      throw std::runtime_error("neither a guard nor a command: " + std::string(line));
    }
  }

  void expect(std::string_view line) {
    Step& step = parsed_.steps.back();
    if (command_open_ && blank_lines_ == 0 && line.starts_with("> ")) {
      step.command.append("\n").append(line.substr(2));
      return;
    }
    command_open_ = false;
    if (line.starts_with("! ")) {
      step.errors.emplace_back(line.substr(2));
    } else if (line.starts_with("? ")) {
      step.exit = std::stoi(std::string(line.substr(2)));
    } else {
      step.output.insert(step.output.end(), blank_lines_, "");
      if (line.front() == '\\')
        step.output.push_back(kLiteral + std::string(line.substr(1)));
      else
        step.output.emplace_back(line);
    }
  }

  Case parsed_;
  std::string shows_;
  bool command_open_ = false;
  size_t blank_lines_ = 0;
};

}  // namespace

Case parse_case(const std::string& name, std::string_view text) {
  Parser parser(name);
  int number = 0;
  for (const auto& line : split_lines(text)) try {
      parser.add(line, ++number);
    } catch (const std::exception& error) {
      throw std::runtime_error(name + ":" + std::to_string(number) + ": " + error.what());
    }
  return parser.take();
}

bool at_least(const std::string& release, const std::string& other) {
  return numbers(release) >= numbers(other);
}

std::optional<std::string> reason_to_skip(const Case& wanted, const std::string& release,
                                          bool real) {
  if (wanted.only == "sandbox" && real) return "for the sandbox only";
  if (wanted.only == "real" && !real) return "for real brokers only";
  if (!wanted.since.empty() && !at_least(release, wanted.since)) return "needs " + wanted.since;
  if (!wanted.until.empty()) {
    auto limit = numbers(wanted.until), has = numbers(release);
    has.resize(std::min(has.size(), limit.size()));
    if (has > limit) return "ended with " + wanted.until;
  }
  return std::nullopt;
}

bool matches(const Lines& expected, const Lines& actual) {
  // reached[n]: the expected lines so far can stand for exactly the first n actual ones.
  std::vector<bool> reached(actual.size() + 1, false);
  reached[0] = true;
  for (const auto& line : expected) {
    std::vector<bool> next(actual.size() + 1, false);
    if (line == "...") {
      auto first = std::find(reached.begin(), reached.end(), true);
      std::fill(next.begin() + (first - reached.begin()), next.end(), true);
    } else {
      for (size_t n = 0; n < actual.size(); ++n)
        next[n + 1] = reached[n] && line_matches(line, actual[n]);
    }
    reached = std::move(next);
  }
  return reached[actual.size()];
}

std::string difference(const Lines& expected, const Lines& actual) {
  auto same = [](const std::string& wanted, const std::string& got) {
    return wanted != "..." && line_matches(wanted, got);
  };
  size_t shorter = std::min(expected.size(), actual.size()), head = 0, tail = 0;
  while (head < shorter && same(expected[head], actual[head])) ++head;
  while (tail < shorter - head &&
         same(expected[expected.size() - 1 - tail], actual[actual.size() - 1 - tail]))
    ++tail;
  std::string text;
  auto print = [&text](char mark, std::string_view line) {
    if (!line.empty() && line.front() == kLiteral) line.remove_prefix(1);
    text.append("    ").append(1, mark).append(line).append("\n");
  };
  for (size_t n = 0; n < head; ++n) print(' ', actual[n]);
  for (size_t n = head; n < expected.size() - tail; ++n) print('-', expected[n]);
  for (size_t n = head; n < actual.size() - tail; ++n) print('+', actual[n]);
  for (size_t n = actual.size() - tail; n < actual.size(); ++n) print(' ', actual[n]);
  return text;
}

Lines split_lines(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    auto end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

}  // namespace kt::test
