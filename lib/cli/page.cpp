#include "cli/page.h"

#include <algorithm>

#include "base/text.h"
#include "cli/parse.h"
#include "cli/settings.h"

namespace kt {
namespace {

std::string synopsis(const Command& command, const std::vector<Argument>& arguments) {
  std::string text = "kt " + std::string(command.words), after;
  for (const auto& argument : arguments) {
    if (argument.is_flag()) {
      if (argument.required)
        text += ' ' + std::string(shown_name(argument)) + ' ' + std::string(argument.value);
    } else {
      (positional(argument).after_dashes ? after : text) += ' ' + std::string(argument.spec);
    }
  }
  return text + " [flags]" + after;
}

std::vector<Entry> exit_entries(const Command& command) {
  std::vector<ExitNote> notes = {
      {Exit::ok, "done"},
      {Exit::failed, "refused or failed, for at least one item; the rest was done"},
      {Exit::usage, "wrong use; nothing was sent"}};
  if (command.connects)
    notes.push_back({Exit::unreachable, "no connection, not authenticated, or out of time"});
  for (const auto& own : command.exits) {
    auto same = std::find_if(notes.begin(), notes.end(),
                             [&](const ExitNote& n) { return n.code == own.code; });
    if (same == notes.end())
      notes.push_back(own);
    else
      *same = own;
  }
  std::sort(notes.begin(), notes.end(),
            [](const ExitNote& a, const ExitNote& b) { return a.code < b.code; });
  std::vector<Entry> entries;
  for (const auto& note : notes)
    entries.push_back({std::to_string(static_cast<int>(note.code)), std::string(note.meaning)});
  return entries;
}

/// Adds each argument to the section of its group, opening sections as groups come.
void add_groups(std::vector<Section>& sections, const std::vector<Argument>& arguments) {
  for (const auto& argument : arguments) {
    if (argument.hidden) continue;
    std::string title = !argument.is_flag()      ? "Arguments"
                        : argument.group.empty() ? "Flags"
                                                 : std::string(argument.group);
    auto section = std::find_if(sections.begin(), sections.end(),
                                [&](const Section& s) { return s.title == title; });
    if (section == sections.end()) section = sections.insert(sections.end(), {title, {}});
    section->entries.push_back(entry_of(argument));
  }
}

}  // namespace

Entry entry_of(const Argument& argument) {
  Entry entry;
  if (argument.is_flag()) {
    auto names = flag_names(argument);
    entry.left = (names[0].starts_with("--") ? "    " : "") + join(names, ", ");
    if (!argument.value.empty()) entry.left += ' ' + std::string(argument.value);
  } else {
    entry.left = positional(argument).name;
  }
  entry.right = argument.help;
  if (!argument.choices.empty() &&
      argument.help.find(argument.choices.front()) == std::string_view::npos)
    entry.right += ": " + join(argument.choices, ", ");
  if (argument.is_flag() && argument.required) entry.right += " (required)";
  if (argument.is_flag() && argument.target.repeats()) entry.right += " (repeatable)";
  if (auto shown = argument.target.shown_default(); !shown.empty())
    entry.right += " (default " + shown + ')';
  if (auto name = environment_name(shown_name(argument)); !name.empty())
    entry.right += " [" + std::string(name) + ']';
  return entry;
}

Page page_of(const Command& command) {
  auto invocation = command.make();
  auto arguments = invocation->arguments();
  SharedFlags shared;
  Page page{std::string(command.summary) + '.',
            synopsis(command, arguments),
            command.text,
            {},
            exit_entries(command),
            command.examples};
  add_groups(page.sections, arguments);
  add_groups(page.sections, shared.arguments(&command));
  return page;
}

std::vector<std::string> paragraphs(std::string_view text) {
  std::vector<std::string> list;
  bool open = false;
  for (auto line : split(text, '\n')) {
    if (trim(line).empty()) {
      open = false;
      continue;
    }
    bool verbatim = line.starts_with(' ');
    if (!open || verbatim != list.back().starts_with(' '))
      list.emplace_back(line);
    else
      list.back() += (verbatim ? "\n" : " ") + std::string(line);
    open = true;
  }
  return list;
}

}  // namespace kt
