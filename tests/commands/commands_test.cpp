// Walks the real commands: what all of them promise, each must keep.
#include "commands.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "base/text.h"
#include "cli/page.h"
#include "cli/parse.h"
#include "cli/settings.h"

using namespace kt;

namespace {

void check_keys(const std::vector<Column>& columns) {
  std::set<std::string_view> seen;
  for (const auto& column : columns) {
    CAPTURE(column.key);
    CHECK(seen.insert(column.key).second);
    CHECK(column.key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") ==
          std::string_view::npos);
    if (column.kind == Kind::timestamp_ms) CHECK(column.key.ends_with("_ms"));
    if (column.kind == Kind::duration_ms) CHECK(column.key.ends_with("_ms"));
    if (column.kind == Kind::size_bytes) CHECK(column.key.ends_with("_bytes"));
    check_keys(column.columns);
  }
}

}  // namespace

TEST_CASE("every command is listed once, with a sentence, and examples of itself") {
  std::set<std::string_view> seen;
  for (auto command : all_commands()) {
    CAPTURE(command->words);
    CHECK(seen.insert(command->words).second);
    CHECK_FALSE(command->summary.empty());
    CHECK_FALSE(command->summary.ends_with('.'));
    if (command->hidden) continue;
    CHECK_FALSE(command->examples.empty());
    for (const auto& example : command->examples) {
      CAPTURE(example.command);
      CHECK(example.command.find("kt " + std::string(command->words)) != std::string_view::npos);
    }
  }
}

TEST_CASE(
    "a short flag has one meaning in all commands, and no flag of a command hides a shared one") {
  std::map<std::string_view, std::string_view> meaning;
  for (auto command : all_commands()) {
    CAPTURE(command->words);
    SharedFlags shared;
    auto invocation = command->make();
    auto arguments = invocation->arguments();
    for (auto& argument : shared.arguments(nullptr)) arguments.push_back(std::move(argument));
    std::set<std::string_view> own;
    for (const auto& argument : arguments)
      for (auto name : flag_names(argument)) {
        CAPTURE(name);
        CHECK(own.insert(name).second);
        auto known = meaning.emplace(name, shown_name(argument)).first;
        CHECK(known->second == shown_name(argument));
      }
  }
}

TEST_CASE("flags say what they do, and what value they take") {
  for (auto command : all_commands()) {
    auto invocation = command->make();
    for (const auto& argument : invocation->arguments()) {
      CAPTURE(command->words);
      CAPTURE(argument.spec);
      CHECK_FALSE(argument.help.empty());
      CHECK_FALSE(argument.help.ends_with('.'));
      if (argument.is_flag())
        CHECK(argument.value.empty() == !argument.target.takes_value());
      else
        CHECK(argument.value.empty());
    }
  }
}

TEST_CASE("keys of answers are snake_case, unique, and carry their unit") {
  for (auto command : all_commands()) {
    CAPTURE(command->words);
    check_keys(command->rows.columns);
    check_keys(command->rows.fields);
  }
}
