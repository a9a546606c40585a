#include "cli/manual.h"

#include <algorithm>

#include "base/text.h"
#include "cli/page.h"
#include "cli/settings.h"

namespace kt {
namespace {

/// Text as roff reads it: backslashes, dashes that must stay dashes, and lines that begin like a
/// request.
std::string roff(std::string_view text) {
  std::string out;
  bool line_start = true;
  for (char c : text) {
    if (line_start && (c == '.' || c == '\'')) out += "\\&";
    line_start = c == '\n';
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else if (c == '"')
      out += "\\(dq";
    else
      out += c;
  }
  return out;
}

/// Prose in lines of at most 78 bytes, as roff's own rules like them.
std::string filled(std::string_view text) {
  std::string out;
  size_t length = 0;
  for (auto word : split(text, ' ')) {
    auto escaped = roff(word);
    bool fits = length == 0 || length + 1 + escaped.size() <= 78;
    if (length > 0) out += fits ? ' ' : '\n';
    length = fits && length > 0 ? length + 1 + escaped.size() : escaped.size();
    out += escaped;
  }
  return out + '\n';
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c -= 'a' - 'A';
  return out;
}

std::string page_name(const Command& command) {
  std::string name = "kt-" + std::string(command.words);
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

std::string header(std::string_view name, std::string_view summary) {
  std::string lowered = lower(summary.substr(0, 1)) + std::string(summary.substr(1));
  return ".TH " + upper(name) + " 1 \"\" kt \"kt manual\"\n.SH NAME\n" + roff(name) + " \\- " +
         roff(lowered) + '\n';
}

std::string tagged(const std::vector<Entry>& entries) {
  std::string out;
  for (const auto& entry : entries)
    out += ".TP\n.B " + roff(trim(entry.left)) + '\n' + filled(entry.right);
  return out;
}

std::string command_page(const Command& command) {
  auto page = page_of(command);
  std::string out = header(page_name(command), command.summary);
  out += ".SH SYNOPSIS\n.B " + roff(page.synopsis) + "\n.SH DESCRIPTION\n" + filled(page.summary);
  for (const auto& paragraph : paragraphs(page.text)) {
    if (paragraph.starts_with(' '))
      out += ".PP\n.nf\n" + roff(paragraph) + "\n.fi\n";
    else
      out += ".PP\n" + filled(paragraph);
  }
  for (const auto& section : page.sections)
    out += ".SH " + upper(section.title) + '\n' + tagged(section.entries);
  out += ".SH EXIT CODES\n" + tagged(page.exits);
  if (!page.examples.empty()) out += ".SH EXAMPLES\n";
  for (const auto& example : page.examples)
    out += ".TP\n.B " + roff(example.command) + '\n' + filled(example.text);
  return out + ".SH SEE ALSO\n.BR kt (1),\n.BR kt\\-exit\\-codes (7),\n.BR kt\\-formats (7)\n";
}

std::string overview(const CommandList& commands) {
  std::string out = header("kt", "operate Apache Kafka from a shell");
  out += ".SH SYNOPSIS\n.B kt NOUN VERB [NAME...] [flags]\n.SH DESCRIPTION\n";
  out += filled(
      "One program for Apache Kafka clusters of any release from 0.8.0 to 4.3.0. Names of things "
      "(topics, groups, "
      "brokers, files) are positional; everything else is a flag, and no flag has two meanings.");
  out += ".PP\n" + filled(
                       "A flag beats its environment variable, that beats the context (see "
                       "kt-context-set), and that the default. "
                       "Standard output is the answer; progress, questions, warnings and errors "
                       "go to standard error.");
  out += ".SH COMMANDS\n";
  for (auto command : commands)
    if (!command->hidden)
      out += ".TP\n.BR " + roff(page_name(*command)) + " (1)\n" + roff(command->summary) + ".\n";
  out += ".SH SHARED FLAGS\n";
  SharedFlags flags;
  std::vector<Entry> entries;
  for (const auto& argument : flags.arguments(nullptr)) entries.push_back(entry_of(argument));
  out += tagged(entries);
  out +=
      ".SH FILES\n.TP\n.I $XDG_CONFIG_HOME/kt/contexts.ini\nNamed clusters; ~/.config where "
      "XDG_CONFIG_HOME is not set.\n";
  return out +
         ".SH SEE ALSO\n.BR kt\\-tutorial (7),\n.BR kt\\-exit\\-codes (7),\n.BR kt\\-formats (7)\n";
}

}  // namespace

std::vector<std::pair<std::string, std::string>> manual_pages(const CommandList& commands) {
  std::vector<std::pair<std::string, std::string>> pages = {{"kt.1", overview(commands)}};
  for (auto command : commands)
    if (!command->hidden) pages.emplace_back(page_name(*command) + ".1", command_page(*command));
  return pages;
}

}  // namespace kt
