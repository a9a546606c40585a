// All that is said about one command, in order: help and manual print the same page, each in its
// own markup.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/argument.h"
#include "cli/command.h"

namespace kt {

struct Entry {
  std::string left, right;  ///< `-p, --partitions N` and what it does
};

struct Section {
  std::string title;
  std::vector<Entry> entries;
};

struct Page {
  std::string summary;   ///< with its full stop
  std::string synopsis;  ///< `kt topic create TOPIC... [flags]`
  std::string_view text;
  std::vector<Section> sections;  ///< arguments, flags by group
  std::vector<Entry> exits;
  std::vector<Example> examples;
};

Page page_of(const Command& command);

/// What stands left and right of a flag or a name in a list.
Entry entry_of(const Argument& argument);

/// The paragraphs of a command's text; those that begin with a blank keep their lines.
std::vector<std::string> paragraphs(std::string_view text);

}  // namespace kt
