// The table of releases: what brokers too old to say it serve, and which release brought what.
#include "protocol/releases.h"

#include <doctest/doctest.h>

using namespace kt;

namespace {

const ApiRange* range(std::string_view release, std::string_view api) {
  return find_release(release)->find(find_api(api)->key);
}

}  // namespace

TEST_CASE("a release is found by its line or by a patch of it") {
  CHECK(find_release("2.8.2")->name == "2.8");
  CHECK(find_release("0.8.2.2")->name == "0.8.2");
  CHECK(find_release("0.8.0")->name == "0.8.0");
  CHECK(find_release("0.10.2.2")->name == "0.10.2");
  CHECK(find_release("0.8") == nullptr);
  CHECK(find_release("4.30") == nullptr);
  CHECK(find_release("9.9") == nullptr);
}

TEST_CASE("0.8 and 0.9 serve what their sources say") {
  CHECK(*range("0.8.0", "Metadata") == ApiRange{3, 0, 0});
  CHECK(range("0.8.0", "OffsetCommit") == nullptr);
  CHECK(*range("0.8.2", "OffsetCommit") == ApiRange{8, 0, 1});
  CHECK(*range("0.9.0", "OffsetCommit") == ApiRange{8, 0, 2});
  CHECK(range("0.8.2", "ListGroups") == nullptr);
  CHECK(range("0.9.0", "ApiVersions") == nullptr);
}

TEST_CASE("4.0 dropped what came before message format 2") {
  CHECK(*range("3.9", "Fetch") == ApiRange{1, 0, 17});
  CHECK(*range("4.0", "Fetch") == ApiRange{1, 4, 17});
  CHECK(range("4.0", "ControlledShutdown") == nullptr);
}

TEST_CASE("the release that brought a version has a name") {
  auto first = [](std::string_view api, int16_t version) {
    return first_release(find_api(api)->key, version)->name;
  };
  CHECK(first("CreateTopics", 0) == "0.10.1");
  CHECK(first("AlterPartitionReassignments", 0) == "2.4");
  CHECK(first("Metadata", 10) == "2.8");
  CHECK(first("DeleteGroups", 0) == "1.1");
  CHECK(first("DescribeQuorum", 2) == "3.9");
  CHECK(first_release(19, 99) == nullptr);
}

TEST_CASE("every version that is not a preview was brought by some release") {
  for (const auto& api : apis())
    for (int16_t version = api.min_version; version <= api.stable_version; ++version) {
      bool early_access = api.key >= 76 && api.key <= 79 && version == 0;
      INFO(api.name, " v", version);
      CHECK((first_release(api.key, version) != nullptr) == !early_access);
    }
}

TEST_CASE("a broker that answers as a release does is taken for it") {
  for (const auto& release : releases()) {
    std::string guess = guess_release(release.apis);
    INFO(release.name, " taken for ", guess);
    bool same = guess == release.name || guess.starts_with(std::string(release.name) + "-") ||
                guess.ends_with("-" + std::string(release.name));
    CHECK(same);
  }
}
