#include "cli/complete.h"

#include <algorithm>

#include "base/text.h"
#include "base/utf8.h"
#include "cli/contexts.h"
#include "cli/parse.h"
#include "cli/settings.h"

namespace kt {
namespace {

class Completer {
 public:
  Completer(const CommandList& commands, const std::vector<std::string>& words,
            const Lookup& lookup)
      : commands_(commands),
        before_(words.begin(), words.empty() ? words.end() : words.end() - 1),
        lookup_(lookup) {
    if (!words.empty()) current_ = words.back();
  }

  Completion run() {
    auto shared = flags_.arguments(nullptr);
    auto found = find_command(commands_, shared, before_);
    if (!found.command) {
      bool flag_value = !before_.empty() && takes_next_word(shared, before_.back());
      if (flag_value || current_.starts_with('-'))
        complete_argument(shared, before_);
      else
        complete_words(found.words);
      return std::move(result_);
    }
    command_ = found.command;
    auto invocation = found.command->make();
    auto arguments = invocation->arguments();
    for (auto& argument : flags_.arguments(found.command)) arguments.push_back(std::move(argument));
    // `kt topic` may also go on as `kt topic list`, and `kt help topic` takes words of commands.
    complete_argument(arguments, found.rest);
    return std::move(result_);
  }

 private:
  void offer(std::string_view value, std::string_view text) {
    if (!value.starts_with(current_)) return;
    for (const auto& known : result_.candidates)
      if (known.value == value) return;
    result_.candidates.push_back({std::string(value), std::string(text)});
  }

  /// The next word of commands that begin with these words.
  void complete_words(const std::vector<std::string>& leading) {
    auto prefix = join(leading, " ") + (leading.empty() ? "" : " ");
    for (auto command : commands_) {
      if (command->hidden || !command->words.starts_with(prefix)) continue;
      auto rest = command->words.substr(prefix.size());
      auto space = rest.find(' ');
      offer(rest.substr(0, space),
            space == std::string_view::npos ? command->summary : verbs_of(rest.substr(0, space)));
    }
  }

  std::string verbs_of(std::string_view noun) const {
    std::vector<std::string_view> verbs;
    for (auto command : commands_)
      if (!command->hidden && command->words.starts_with(std::string(noun) + ' '))
        verbs.push_back(command->words.substr(noun.size() + 1));
    return join(verbs, ", ");
  }

  void complete_argument(const std::vector<Argument>& arguments,
                         const std::vector<std::string>& words) {
    read(arguments, words);
    if (pending_) return complete_value(*pending_);
    size_t equals = current_.find('=');
    if (current_.starts_with("--") && equals != std::string::npos && !after_dashes_) {
      auto flag = find_flag(arguments, std::string_view(current_).substr(0, equals));
      if (flag) complete_joined(*flag, current_.substr(0, equals + 1));
      return;
    }
    if (current_.starts_with('-') && !after_dashes_) return complete_flags(arguments);
    complete_name(arguments);
  }

  /// Goes through the words before the cursor: fills the shared flags, collects names, and notes a
  /// flag that still waits for its value. What cannot be parsed is left to the command itself.
  void read(const std::vector<Argument>& arguments, const std::vector<std::string>& words) {
    for (size_t i = 0; i < words.size(); ++i) {
      const auto& word = words[i];
      if (after_dashes_ || !word.starts_with('-') || word == "-") {
        names_.push_back(word);
      } else if (word == "--") {
        after_dashes_ = true;
      } else if (takes_next_word(arguments, word)) {
        auto flag =
            find_flag(arguments, word.starts_with("--") ? word : std::string{'-', word.back()});
        if (i + 1 == words.size())
          pending_ = flag;
        else
          assign(*flag, words[++i]);
      } else if (size_t equals = word.find('='); equals != std::string::npos) {
        if (auto flag = find_flag(arguments, std::string_view(word).substr(0, equals)))
          assign(*flag, word.substr(equals + 1));
      }
    }
  }

  static void assign(const Argument& argument, const std::string& value) {
    try {
      argument.target.parse(value);
    } catch (const Error&) {  // half-typed values are no reason to be silent about the rest
    }
  }

  void complete_flags(const std::vector<Argument>& arguments) {
    bool only_long = current_.starts_with("--");
    for (const auto& argument : arguments) {
      if (argument.hidden) continue;
      for (auto name : flag_names(argument))
        if (name.starts_with("--") || (!only_long && current_ != "-")) offer(name, argument.help);
    }
    if (current_ == "-")
      for (const auto& argument : arguments)
        for (auto name : flag_names(argument))
          if (!argument.hidden) offer(name, argument.help);
  }

  /// `--flag=VALUE`: the candidates carry the flag, as the shell replaces the whole word.
  void complete_joined(const Argument& flag, const std::string& prefix) {
    current_.erase(0, prefix.size());
    complete_value(flag);
    for (auto& candidate : result_.candidates) candidate.value.insert(0, prefix);
  }

  void complete_name(const std::vector<Argument>& arguments) {
    size_t at = 0;
    for (const auto& argument : arguments) {
      if (argument.is_flag()) continue;
      auto shape = positional(argument);
      if (shape.after_dashes) continue;
      if (shape.repeated || at == names_.size()) return complete_value(argument);
      ++at;
    }
  }

  void complete_value(const Argument& argument) {
    for (auto choice : argument.choices) offer(choice, "");
    switch (argument.complete) {
      case Complete::none:
        return;
      case Complete::files:
        result_.files = true;
        return;
      case Complete::directories:
        result_.directories = true;
        return;
      case Complete::commands:
        return complete_words(names_);
      case Complete::contexts:
        for (const auto& context : load_contexts().list)
          offer(context.name, context.value("bootstrap-server").value_or(""));
        return;
      default:
        break;
    }
    if (!lookup_) return;
    const Command any{.words = "__complete"};
    flags_.output.reset();
    for (const auto& candidate :
         lookup_(argument.complete, resolve(flags_, command_ ? *command_ : any), names_))
      if (std::find(names_.begin(), names_.end(), candidate.value) == names_.end())
        offer(candidate.value, candidate.text);
  }

  const CommandList& commands_;
  std::vector<std::string> before_;
  const Lookup& lookup_;
  std::string current_;
  const Command* command_ = nullptr;
  SharedFlags flags_;
  std::vector<std::string> names_;
  const Argument* pending_ = nullptr;
  bool after_dashes_ = false;
  Completion result_;
};

}  // namespace

Completion complete(const CommandList& commands, const std::vector<std::string>& words,
                    const Lookup& lookup) {
  return Completer(commands, words, lookup).run();
}

std::string format_completion(const Completion& completion) {
  std::string out;
  for (const auto& candidate : completion.candidates) {
    // A name that a terminal would obey cannot be typed either.
    if (escape_for_terminal(candidate.value) != candidate.value) continue;
    out += candidate.value + '\t' + escape_for_terminal(candidate.text) + '\n';
  }
  if (completion.files) out += ":files\n";
  if (completion.directories) out += ":directories\n";
  return out;
}

}  // namespace kt
