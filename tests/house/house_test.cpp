// Holds the shape of the tree: which layer may include which, where the heavy headers may stand,
// how long a file may grow, and that nothing of one machine or left for later is in it.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

const fs::path kRoot = KT_SOURCE_DIR;

// The arrows of lib/CMakeLists.txt; `base` is open to all.
const std::map<std::string, std::set<std::string>> kMayInclude = {
    {"base", {}},
    {"compress", {}},
    {"protocol", {"compress"}},
    {"http", {}},
    {"net", {}},
    {"zookeeper", {"net"}},
    {"client", {"http", "net", "zookeeper", "protocol"}},
    {"jmx", {"http", "net"}},
    {"mirror", {"client", "net", "protocol"}},
    {"storage", {"protocol"}},
    {"sandbox", {"storage", "net", "protocol"}},
    {"replay", {"client", "storage", "protocol"}},
    {"legacy", {"net", "compress", "storage"}},
    {"migrate",
     {"client", "legacy", "mirror", "net", "protocol", "compress", "replay", "storage",
      "zookeeper"}},
    {"statelog", {"compress"}},
    {"output", {}},
    {"cli", {"output"}},
    {"cmd",
     {"cli", "output", "client", "jmx", "http", "legacy", "migrate", "mirror", "replay", "sandbox",
      "statelog", "storage", "zookeeper", "net", "protocol"}},
};

// Headers that cost seconds in every file that includes them, and how many files of cmd/ and lib/
// may.
const std::map<std::string, int> kHeavy = {{"nlohmann/", 4},        {"zookeeper/zookeeper.h", 1},
                                           {"httplib.h", 2},        {"openssl/", 9},
                                           {"fmt/format-inl.h", 1}, {"regex", 0}};

struct Source {
  fs::path path;
  std::string layer;  // directory under lib/, or "cmd"
  std::vector<std::string> lines;
};

std::vector<Source> sources() {
  std::vector<Source> found;
  for (const char* top : {"lib", "cmd"})
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / top)) {
      auto extension = entry.path().extension();
      if (extension != ".h" && extension != ".cpp") continue;
      auto relative = fs::relative(entry.path(), kRoot / top);
      Source source{
          entry.path(), std::string(top) == "cmd" ? "cmd" : relative.begin()->string(), {}};
      std::ifstream in(entry.path());
      for (std::string line; std::getline(in, line);) source.lines.push_back(line);
      found.push_back(std::move(source));
    }
  return found;
}

/// The path named by an #include line, empty for any other line.
std::string included(const std::string& line) {
  if (!line.starts_with("#include ")) return {};
  auto from = line.find_first_of("<\"");
  return line.substr(from + 1, line.find_last_of(">\"") - from - 1);
}

}  // namespace

TEST_CASE("every #include follows an arrow of the layers") {
  for (const auto& source : sources()) {
    CAPTURE(source.path.string());
    REQUIRE(kMayInclude.contains(source.layer));
    for (const auto& line : source.lines) {
      auto name = included(line);
      auto layer = name.substr(0, name.find('/'));
      if (layer == name || !kMayInclude.contains(layer) || layer == "base" || layer == source.layer)
        continue;
      CAPTURE(line);
      CHECK(kMayInclude.at(source.layer).contains(layer));
    }
  }
}

TEST_CASE("heavy headers stand behind few .cpp files and in no header") {
  std::map<std::string, int> seen;
  for (const auto& source : sources())
    for (const auto& [heavy, most] : kHeavy) {
      bool includes =
          std::any_of(source.lines.begin(), source.lines.end(),
                      [&](const std::string& line) { return included(line).starts_with(heavy); });
      if (!includes) continue;
      CAPTURE(source.path.string());
      CHECK(source.path.extension() == ".cpp");
      CHECK(++seen[heavy] <= most);
    }
}

TEST_CASE("no file has outgrown one thought, and none is without a head comment") {
  for (const auto& source : sources()) {
    CAPTURE(source.path.string());
    CHECK(source.lines.size() <= 600);
    if (source.path.extension() == ".h") {
      REQUIRE_FALSE(source.lines.empty());
      CHECK(source.lines.front().starts_with("//"));
    }
  }
}

TEST_CASE("nothing is left for later") {
  for (const auto& source : sources())
    for (const auto& line : source.lines)
      for (const char* word : {"TODO", "FIXME", "XXX"}) {
        CAPTURE(source.path.string());
        CHECK(line.find(word) == std::string::npos);
      }
}

TEST_CASE("the top level holds what it is meant to and no more") {
  const std::set<std::string> meant = {
      "CMakeLists.txt", "cmd",       "lib",          "completions",     "man",    "tests",
      "Makefile",       "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"};
  for (const auto& entry : fs::directory_iterator(kRoot)) {
    auto name = entry.path().filename().string();
    bool ours =
        !name.starts_with('.') && !name.starts_with("build") && name != "compile_commands.json";
    CAPTURE(name);
    if (ours) CHECK(meant.contains(name));
  }
}
