#include "cli/help.h"

#include <algorithm>

#include "base/text.h"
#include "base/utf8.h"
#include "cli/page.h"

namespace kt {
namespace {

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

}  // namespace

std::string command_page(const Command& command, int columns) {
  size_t width = columns >= 40 ? std::min<size_t>(static_cast<size_t>(columns), 100) : 80;
  auto page = page_of(command);
  std::string out = page.summary + "\n\n  " + page.synopsis + '\n';
  for (const auto& paragraph : paragraphs(page.text))
    out += '\n' + (paragraph.starts_with(' ') ? paragraph : folded(paragraph, 0, width)) + '\n';
  for (const auto& section : page.sections)
    out += '\n' + section.title + ":\n" + two_columns(section.entries, width);
  out += "\nExit codes:\n" + two_columns(page.exits, width);
  if (!page.examples.empty()) out += "\nExamples:\n";
  for (const auto& example : page.examples)
    out += "  # " + std::string(example.text) + "\n  " + std::string(example.command) + '\n';
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

std::vector<std::pair<std::string, std::string>> nouns(const CommandList& commands) {
  std::vector<std::pair<std::string, std::string>> list;
  for (auto command : commands) {
    if (command->hidden) continue;
    auto space = command->words.find(' ');
    std::string noun(command->words.substr(0, space));
    auto known = std::find_if(list.begin(), list.end(),
                              [&](const auto& entry) { return entry.first == noun; });
    if (space == std::string_view::npos)
      list.emplace_back(noun, command->summary);
    else if (known == list.end())
      list.emplace_back(noun, command->words.substr(space + 1));
    else
      known->second += ", " + std::string(command->words.substr(space + 1));
  }
  return list;
}

std::string front_page(const CommandList& commands) {
  std::vector<Entry> entries;
  for (auto& [noun, verbs] : nouns(commands)) entries.push_back({"kt " + noun, verbs});
  return "kt operates Apache Kafka, any release from 0.8.0 to 4.3.0.\n\n"
         "Begin here:\n"
         "  kt sandbox                             # a Kafka of your own to play with\n"
         "  export KT_BOOTSTRAP_SERVER=HOST:9092   # or the cluster to work on\n"
         "  kt topic list\n\n"
         "Commands:\n" +
         two_columns(entries, 80) +
         "\nkt help COMMAND tells all about one, kt completion SHELL makes Tab complete.\n";
}

std::string version_line() { return "kt " KT_VERSION "\n"; }

}  // namespace kt
