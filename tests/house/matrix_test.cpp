// The README's table of commands and releases against what stands in the tree: every administrative
// command has a row, and every row a case that shows it. (That its cells hold, `make test-kafka`
// finds out on real brokers: tests/real/matrix.sh.)
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <string>

namespace fs = std::filesystem;

namespace {

const fs::path kRoot = KT_SOURCE_DIR;

using Words = std::set<std::string>;

void each_line(const fs::path& file, const std::function<void(const std::string&)>& use) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) use(line);
}

/// What stands between `before` and `after` in the line, empty where it does not.
std::string between(const std::string& line, const std::string& before, const std::string& after) {
  auto from = line.find(before);
  if (from == std::string::npos) return {};
  from += before.size();
  auto end = line.find(after, from);
  return end == std::string::npos ? "" : line.substr(from, end - from);
}

Words administrative_commands() {
  const Words nouns = {"topic",  "config",  "reassign", "elect",
                       "broker", "offsets", "group",    "check"};
  Words found;
  for (const auto& entry : fs::recursive_directory_iterator(kRoot / "cmd"))
    each_line(entry.path(), [&](const std::string& line) {
      auto words = between(line, ".words = \"", "\"");
      if (nouns.contains(words.substr(0, words.find(' ')))) found.insert(words);
    });
  return found;
}

Words rows() {
  Words found;
  bool inside = false;
  each_line(kRoot / "README.md", [&](const std::string& line) {
    inside = line == "<!-- made by tests/real/matrix.sh -->" || (inside && line.starts_with("|"));
    if (inside && line.starts_with("| `")) found.insert(between(line, "| `", "` |"));
  });
  return found;
}

Words shown() {
  Words found;
  for (const auto& entry : fs::directory_iterator(kRoot / "tests/cmd"))
    each_line(entry.path(), [&](const std::string& line) {
      if (line.starts_with("@ ")) found.insert(line.substr(2));
    });
  return found;
}

}  // namespace

TEST_CASE("every administrative command has its row in the README's table of releases") {
  auto known = rows();
  auto commands = administrative_commands();
  CHECK(commands.size() > 25);
  for (const auto& words : commands) {
    CAPTURE(words);
    CHECK(known.contains(words));
  }
}

TEST_CASE(
    "every row of the README's table of releases is shown by a case, and every case has its row") {
  CHECK(rows() == shown());
}
