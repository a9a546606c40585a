#include "cli/parse.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/text.h"

namespace kt {

std::vector<std::string_view> flag_names(const Argument& argument) {
  if (!argument.is_flag()) return {};
  return split(argument.spec, ',');
}

std::string_view shown_name(const Argument& argument) {
  if (!argument.is_flag()) return positional(argument).name;
  auto names = flag_names(argument);
  return *std::max_element(names.begin(), names.end(),
                           [](auto a, auto b) { return a.size() < b.size(); });
}

Positional positional(const Argument& argument) {
  Positional result;
  auto name = argument.spec;
  if (name.starts_with('[')) {
    result.optional = true;
    name = name.substr(1, name.size() - 2);
  }
  if (name.starts_with("-- ")) {
    result.after_dashes = true;
    name.remove_prefix(3);
  }
  if (name.ends_with("...")) {
    result.repeated = true;
    name.remove_suffix(3);
  }
  result.name = name;
  return result;
}

const Argument* find_flag(std::span<const Argument> arguments, std::string_view name) {
  for (const auto& argument : arguments) {
    auto names = flag_names(argument);
    if (std::find(names.begin(), names.end(), name) != names.end()) return &argument;
  }
  return nullptr;
}

void Parser::refuse_unknown(std::string_view name) const {
  std::vector<std::string_view> known;
  for (const auto& argument : arguments_)
    if (!argument.hidden)
      for (auto flag : flag_names(argument))
        if (flag.starts_with("--")) known.push_back(flag);
  throw Error("unknown flag " + in_quotes(name) + did_you_mean(name, known), Exit::usage);
}

void Parser::assign(const Argument& argument, std::string_view value) {
  auto where = [&] { return std::string(shown_name(argument)) + ": "; };
  bool again = std::find(given_.begin(), given_.end(), &argument) != given_.end();
  if (again && argument.is_flag() && argument.target.takes_value() && !argument.target.repeats())
    throw Error(where() + "given twice", Exit::usage);
  if (!argument.choices.empty() &&
      std::find(argument.choices.begin(), argument.choices.end(), value) == argument.choices.end())
    throw Error(where() + in_quotes(value) + " is none of " + join(argument.choices, ", ") +
                    did_you_mean(value, argument.choices),
                Exit::usage);
  try {
    argument.target.parse(value);
  } catch (const Error& error) {
    throw Error(where() + error.message(), error.exit(), error.hint());
  }
  given_.push_back(&argument);
}

void Parser::finish() {
  bool takes_command =
      std::any_of(arguments_.begin(), arguments_.end(), [](const Argument& argument) {
        return !argument.is_flag() && positional(argument).after_dashes;
      });
  if (!takes_command) {
    names_.insert(names_.end(), after_dashes_.begin(), after_dashes_.end());
    after_dashes_.clear();
  }
  // A repeated name takes what the single names after it leave.
  size_t needed_later = 0;
  for (const auto& argument : arguments_)
    if (!argument.is_flag() && !positional(argument).after_dashes && !positional(argument).optional)
      ++needed_later;
  size_t at = 0;
  for (const auto& argument : arguments_) {
    if (argument.is_flag()) {
      if (argument.required && std::find(given_.begin(), given_.end(), &argument) == given_.end())
        throw Error("flag " + std::string(shown_name(argument)) + ' ' +
                        std::string(argument.value) + " is missing",
                    Exit::usage);
      continue;
    }
    auto [name, optional, repeated, after_dashes] = positional(argument);
    if (after_dashes) {
      if (after_dashes_.empty() && !optional)
        throw Error("-- " + std::string(name) + " is missing", Exit::usage);
      for (const auto& word : after_dashes_) assign(argument, word);
      continue;
    }
    if (!optional) --needed_later;
    size_t available = names_.size() - at > needed_later ? names_.size() - at - needed_later : 0;
    // Of names that are too few, the last is the one that is missing.
    if (!optional && at < names_.size()) available = std::max<size_t>(available, 1);
    if (available == 0 && !optional) throw Error(std::string(name) + " is missing", Exit::usage);
    size_t count = repeated ? available : std::min<size_t>(available, 1);
    bool names_things = repeated && argument.complete != Complete::files;
    for (; count > 0; --count, ++at) {
      if (names_things && names_[at] == "-") {
        for (const auto& line : names_from_stdin()) assign(argument, line);
      } else {
        assign(argument, names_[at]);
      }
    }
  }
  if (at < names_.size()) throw Error("unexpected argument " + in_quotes(names_[at]), Exit::usage);
}

std::vector<std::string> names_from_stdin() {
  std::string text;
  char chunk[16384];
  for (;;) {
    ssize_t got = ::read(STDIN_FILENO, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0)
      throw Error(std::string("cannot read standard input: ") + std::strerror(errno), Exit::usage);
    if (got == 0) break;
    text.append(chunk, static_cast<size_t>(got));
  }
  std::string_view rest = text;
  if (rest.starts_with("\xef\xbb\xbf")) rest.remove_prefix(3);
  std::vector<std::string> names;
  for (auto line : split(rest, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) names.emplace_back(line);
  }
  return names;
}

bool takes_next_word(std::span<const Argument> arguments, std::string_view word) {
  if (word.starts_with("--")) {
    auto flag = find_flag(arguments, word);
    return flag && flag->target.takes_value();
  }
  if (!word.starts_with('-')) return false;
  for (size_t i = 1; i < word.size(); ++i) {
    auto flag = find_flag(arguments, std::string{'-', word[i]});
    if (!flag) return false;
    if (flag->target.takes_value()) return i + 1 == word.size();
  }
  return false;
}

Found find_command(const CommandList& commands, std::span<const Argument> shared,
                   std::span<const std::string> words) {
  Found found;
  std::vector<size_t> positions;  // of the leading words that are no flags
  for (size_t at = 0; at < words.size() && positions.size() < 2; ++at) {
    std::string_view word = words[at];
    if (word == "--") break;
    if (!word.starts_with('-')) {
      positions.push_back(at);
      continue;
    }
    if (takes_next_word(shared, word)) ++at;
  }
  for (size_t count = positions.size(); count > 0; --count) {
    std::vector<std::string_view> leading;
    for (size_t i = 0; i < count; ++i) leading.push_back(words[positions[i]]);
    auto spoken = join(leading, " ");
    for (auto command : commands)
      if (command->words == spoken) found.command = command;
    if (!found.command) continue;
    positions.resize(count);
    for (size_t at = 0; at < words.size(); ++at)
      if (std::find(positions.begin(), positions.end(), at) == positions.end())
        found.rest.push_back(words[at]);
    return found;
  }
  for (size_t at : positions) found.words.push_back(words[at]);
  return found;
}

}  // namespace kt
