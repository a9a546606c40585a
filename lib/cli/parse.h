// Words from a shell into the variables of arguments. Every flag takes exactly one value or none,
// `--` ends the flags, names are kept as typed (`[a,b]`, `list`, `-5`); every mistake is a usage
// error with the nearest right name.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/argument.h"
#include "cli/command.h"

namespace kt {

/// The names of a flag: `-p,--partitions` has two.
std::vector<std::string_view> flag_names(const Argument& argument);

/// The longest of a flag's names, `--partitions`; the spec itself for a name.
std::string_view shown_name(const Argument& argument);

/// How a positional spec reads: `[TOPIC...]` is `TOPIC`, optional and repeated; `-- COMMAND...`
/// comes after `--`.
struct Positional {
  std::string_view name;
  bool optional = false;
  bool repeated = false;
  bool after_dashes = false;
};
Positional positional(const Argument& argument);

/// The flag of that name (`--partitions`, `-p`), or null.
const Argument* find_flag(std::span<const Argument> arguments, std::string_view name);

/// Whether `word` is a flag, or a bundle of short ones, whose value is the next word.
bool takes_next_word(std::span<const Argument> arguments, std::string_view word);

/// Fills variables from flags in the order of their description; names are collected and
/// distributed by finish(), which also looks for what is missing.
class Parser {
 public:
  explicit Parser(std::span<const Argument> arguments) : arguments_(arguments) {}

  void parse(std::span<const std::string> words);
  void finish();

 private:
  void assign(const Argument& argument, std::string_view value);
  [[noreturn]] void refuse_unknown(std::string_view name) const;

  std::span<const Argument> arguments_;
  std::vector<std::string> names_;
  std::vector<std::string> after_dashes_;
  std::vector<const Argument*> given_;
};

/// Lines of stdin, for names given as `-`: without CR, byte order mark and empty lines.
std::vector<std::string> names_from_stdin();

/// The command whose words these begin with: the index after its words in `rest`, null where there
/// is none.
struct Found {
  const Command* command = nullptr;
  std::vector<std::string> rest;   ///< all words but the command's own
  std::vector<std::string> words;  ///< where none was found: the leading words that are no flags
};
Found find_command(const CommandList& commands, std::span<const Argument> shared,
                   std::span<const std::string> words);

}  // namespace kt
