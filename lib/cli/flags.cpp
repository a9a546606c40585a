// Flags by CLI11, whose only include this is: one flat App without subcommands, each option taking
// exactly one string. CLI11 takes brackets off values, splits them at commas and reads some values
// as flags, so every value and name goes through it with a mark in front, which comes off again.
#include <CLI/CLI.hpp>

#include "base/error.h"
#include "cli/parse.h"

namespace kt {
namespace {

constexpr char kMark = '\x01';

std::string marked(std::string_view word) { return kMark + std::string(word); }
bool is_marked(std::string_view word) { return word.starts_with(kMark); }

bool is_negative_number(std::string_view word) {
  return word.size() > 1 && word[0] == '-' && word[1] >= '0' && word[1] <= '9';
}

/// `--name=value` and bundles of short flags taken apart, so that each option stands alone with its
/// value, if it has one, as the next word. Unknown flags stay as typed.
class Words {
 public:
  explicit Words(std::span<const Argument> arguments) : arguments_(arguments) {}

  std::vector<std::string> normalised(std::span<const std::string> words) {
    for (std::string_view word : words) {
      if (wants_value_) {
        value(word);
      } else if (word.starts_with("--")) {
        long_flag(word);
      } else if (word.starts_with('-') && word.size() > 1 && !is_negative_number(word)) {
        short_flags(word);
      } else {
        words_.push_back(marked(word));
      }
    }
    return std::move(words_);
  }

 private:
  void value(std::string_view word) {
    words_.push_back(marked(word));
    wants_value_ = false;
  }

  /// One flag; without a value of its own, one that takes none is given `true`.
  void flag(const Argument& argument, std::string_view name) {
    words_.emplace_back(name);
    if (argument.target.takes_value())
      wants_value_ = true;
    else
      value("true");
  }

  void long_flag(std::string_view word) {
    size_t equals = word.find('=');
    auto name = word.substr(0, equals);
    auto argument = find_flag(arguments_, name);
    if (argument && equals == std::string_view::npos) return flag(*argument, name);
    words_.emplace_back(name);
    if (argument) value(word.substr(equals + 1));
  }

  void short_flags(std::string_view word) {
    for (size_t i = 1; i < word.size(); ++i) {
      std::string name = {'-', word[i]};
      auto argument = find_flag(arguments_, name);
      if (!argument) {
        words_.emplace_back(i == 1 && word.size() > 2 ? word.substr(0, word.find('='))
                                                      : std::string_view(name));
        return;
      }
      flag(*argument, name);
      auto rest = word.substr(i + 1);
      if (!wants_value_ || rest.empty()) continue;
      // `-o=json`, but `-K=` gives a separator.
      value(rest.size() > 1 && rest[0] == '=' ? rest.substr(1) : rest);
      return;
    }
  }

  std::span<const Argument> arguments_;
  std::vector<std::string> words_;
  bool wants_value_ = false;
};

}  // namespace

void Parser::parse(std::span<const std::string> words) {
  auto dashes = words.begin();
  for (; dashes != words.end() && *dashes != "--"; ++dashes)
    if (takes_next_word(arguments_, *dashes) && dashes + 1 != words.end()) ++dashes;
  auto before = words.first(static_cast<size_t>(dashes - words.begin()));
  if (dashes != words.end()) after_dashes_.assign(dashes + 1, words.end());

  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  for (const auto& argument : arguments_) {
    if (!argument.is_flag()) continue;
    CLI::callback_t take = [this, &argument](const CLI::results_t& values) {
      for (const auto& value : values) assign(argument, std::string_view(value).substr(1));
      return true;
    };
    app.add_option(std::string(argument.spec), take)
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }
  auto reversed = Words(arguments_).normalised(before);
  std::string last = reversed.empty() ? std::string() : reversed.back();
  std::reverse(reversed.begin(), reversed.end());
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::ArgumentMismatch&) {
    auto argument = find_flag(arguments_, last);
    throw Error("flag " + last + " needs a value " + std::string(argument ? argument->value : ""),
                Exit::usage);
  } catch (const CLI::Error& error) {
    throw Error(error.what(), Exit::usage);
  }
  for (const auto& word : app.remaining()) {
    if (!is_marked(word)) refuse_unknown(word);
    names_.push_back(word.substr(1));
  }
}

}  // namespace kt
