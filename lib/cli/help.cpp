#include "cli/help.h"

#include <algorithm>

#include "base/text.h"
#include "base/utf8.h"
#include "cli/parse.h"
#include "cli/settings.h"

namespace kt {
namespace {

struct Entry {
  std::string left, right;
};

/// Words folded at `columns`, every line but the first behind `indent` blanks.
std::string folded(std::string_view text, size_t indent, size_t columns) {
  std::string out;
  size_t at = indent;
  for (auto word : split(text, ' ')) {
    size_t width = static_cast<size_t>(display_width(word));
    if (at > indent && at + 1 + width > columns) {
      out += '\n' + std::string(indent, ' ');
      at = indent;
    } else if (at > indent) {
      out += ' ';
      ++at;
    }
    out += word;
    at += width;
  }
  return out;
}

std::string two_columns(const std::vector<Entry>& entries, size_t columns) {
  constexpr size_t kMostLeft = 34;
  size_t left = 0;
  for (const auto& entry : entries)
    if (entry.left.size() <= kMostLeft) left = std::max(left, entry.left.size());
  std::string out;
  for (const auto& entry : entries) {
    out += "  " + entry.left;
    if (entry.left.size() > left)
      out += '\n' + std::string(left + 4, ' ');
    else
      out.append(left + 2 - entry.left.size(), ' ');
    out += folded(entry.right, left + 4, columns) + '\n';
  }
  return out;
}

/// Paragraphs refolded; indented lines as they are.
std::string prose(std::string_view text, size_t columns) {
  std::string out, paragraph;
  auto end_paragraph = [&] {
    if (!paragraph.empty()) out += folded(paragraph, 0, columns) + '\n';
    paragraph.clear();
  };
  for (auto line : split(trim(text), '\n')) {
    if (line.empty() || line.starts_with(' ')) {
      end_paragraph();
      out += std::string(line) + '\n';
    } else {
      paragraph += (paragraph.empty() ? "" : " ") + std::string(line);
    }
  }
  end_paragraph();
  return out;
}

std::string left_side(const Argument& argument) {
  if (!argument.is_flag()) return std::string(positional(argument).name);
  auto names = flag_names(argument);
  std::string text = names[0].starts_with("--") ? "    " : "";
  text += join(names, ", ");
  if (!argument.value.empty()) text += ' ' + std::string(argument.value);
  return text;
}

std::string right_side(const Argument& argument) {
  std::string text(argument.help);
  if (!argument.choices.empty() &&
      argument.help.find(argument.choices.front()) == std::string_view::npos)
    text += ": " + join(argument.choices, ", ");
  if (argument.required) text += " (required)";
  if (argument.target.repeats() && argument.is_flag()) text += " (repeatable)";
  if (!argument.target.shown_default().empty())
    text += " (default " + argument.target.shown_default() + ')';
  if (auto name = environment_name(shown_name(argument)); !name.empty())
    text += " [" + std::string(name) + ']';
  return text;
}

std::string group_page(const std::vector<Argument>& arguments, std::string_view group,
                       std::string_view title, size_t columns) {
  std::vector<Entry> entries;
  for (const auto& argument : arguments)
    if (!argument.hidden && argument.group == group)
      entries.push_back({left_side(argument), right_side(argument)});
  if (entries.empty()) return {};
  return '\n' + std::string(title) + ":\n" + two_columns(entries, columns);
}

}  // namespace

std::string synopsis(const Command& command) {
  std::string text = "kt " + std::string(command.words);
  auto invocation = command.make();
  std::string after;
  for (const auto& argument : invocation->arguments()) {
    if (argument.is_flag() && argument.required)
      text += ' ' + std::string(shown_name(argument)) + ' ' + std::string(argument.value);
    if (argument.is_flag()) continue;
    (positional(argument).after_dashes ? after : text) += ' ' + std::string(argument.spec);
  }
  return text + " [flags]" + after;
}

std::string command_page(const Command& command, int columns) {
  size_t width = columns >= 40 ? std::min<size_t>(static_cast<size_t>(columns), 100) : 80;
  auto invocation = command.make();
  auto arguments = invocation->arguments();
  SharedFlags shared;
  auto shared_arguments = shared.arguments(&command);
  std::string out = std::string(command.summary) + ".\n\n  " + synopsis(command) + '\n';
  if (!command.text.empty()) out += '\n' + prose(command.text, width);

  std::vector<Entry> names, own;
  for (const auto& argument : arguments)
    if (!argument.is_flag() && !argument.hidden)
      names.push_back({left_side(argument), right_side(argument)});
  if (!names.empty()) out += "\nArguments:\n" + two_columns(names, width);
  std::vector<std::string_view> groups;
  std::erase_if(arguments, [](const Argument& argument) { return !argument.is_flag(); });
  for (const auto& argument : arguments)
    if (std::find(groups.begin(), groups.end(), argument.group) == groups.end())
      groups.push_back(argument.group);
  for (auto group : groups)
    out += group_page(arguments, group, group.empty() ? "Flags" : group, width);
  for (auto group : {"Safety", "Cluster", "Output"})
    out += group_page(shared_arguments, group, group, width);

  if (!command.exits.empty()) {
    std::vector<Entry> entries;
    for (const auto& note : command.exits)
      entries.push_back({std::to_string(static_cast<int>(note.code)), std::string(note.meaning)});
    out += "\nExit codes (more: man kt-exit-codes):\n" + two_columns(entries, width);
  }
  if (!command.examples.empty()) {
    out += "\nExamples:\n";
    for (const auto& example : command.examples)
      out += "  # " + std::string(example.text) + "\n  " + std::string(example.command) + '\n';
  }
  return out;
}

std::string noun_page(const CommandList& commands, std::string_view words) {
  std::vector<Entry> entries;
  for (auto command : commands)
    if (!command->hidden && command->words.starts_with(std::string(words) + ' '))
      entries.push_back({"kt " + std::string(command->words), std::string(command->summary)});
  if (entries.empty()) return {};
  return two_columns(entries, 100) + "\nkt help " + entries.front().left.substr(3) +
         " tells all about one of them.\n";
}

std::string front_page(const CommandList& commands) {
  std::string out =
      "kt operates Apache Kafka, any release from 0.8.0 to 4.3.0.\n\n"
      "  kt sandbox                             # a Kafka of your own, in this process; or\n"
      "  export KT_BOOTSTRAP_SERVER=HOST:9092   # the cluster to work on\n"
      "  kt topic list\n\n"
      "Commands:\n";
  std::vector<Entry> entries;
  std::vector<std::string> seen;
  for (auto command : commands) {
    if (command->hidden) continue;
    auto words = split(command->words, ' ');
    std::string noun(words[0]);
    auto known = std::find(seen.begin(), seen.end(), noun);
    std::string verb = words.size() > 1 ? std::string(words[1]) : std::string();
    if (known != seen.end()) {
      entries[static_cast<size_t>(known - seen.begin())].right += ", " + verb;
    } else {
      seen.push_back(noun);
      entries.push_back({"kt " + noun, verb.empty() ? std::string(command->summary) : verb});
    }
  }
  return out + two_columns(entries, 80) + "\nkt help COMMAND, or man kt, tell more.\n";
}

std::string help_page(const CommandList& commands, const std::vector<std::string>& words,
                      int columns) {
  if (words.empty()) return front_page(commands);
  auto spoken = join(words, " ");
  for (auto command : commands)
    if (command->words == spoken) return command_page(*command, columns);
  auto page = noun_page(commands, spoken);
  return page.empty() ? command_page(named_command(commands, spoken), columns) : page;
}

const Command& named_command(const CommandList& commands, std::string_view words) {
  std::vector<std::string_view> known;
  for (auto command : commands) {
    if (command->words == words) return *command;
    if (command->hidden) continue;
    known.push_back(command->words);
    known.push_back(split(command->words, ' ')[0]);
  }
  auto hint = did_you_mean(words, known);
  if (hint.empty()) hint = did_you_mean(split(words, ' ')[0], known);
  throw Error("unknown command " + in_quotes(words) + hint, Exit::usage,
              hint.empty() ? "kt help lists all" : "");
}

std::string version_line() { return "kt " KT_VERSION "\n"; }

}  // namespace kt
