#include "storage/log_files.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "base/error.h"
#include "storage/file.h"
#include "support/temporary_directory.h"

using namespace kt;

TEST_CASE("a file's name says what it is, of tiered storage and of unfinished work too") {
  auto segment = parse_file_name("00000000000000000042.log");
  REQUIRE(segment);
  CHECK(segment->kind == FileKind::segment);
  CHECK(segment->base_offset == 42);
  auto tiered = parse_file_name("00000000000000000042-CAFEcafe_0123456789-A.timeindex");
  REQUIRE(tiered);
  CHECK(tiered->kind == FileKind::time_index);
  CHECK(tiered->base_offset == 42);
  CHECK(parse_file_name("42_CAFEcafe0123456789AAAA.index")->base_offset == 42);
  auto snapshot = parse_file_name("00000000000000000042-0000000003.checkpoint");
  CHECK(snapshot->snapshot);
  CHECK(snapshot->base_offset == 42);
  CHECK(parse_file_name("00000000000000000042.log.deleted")->kind == FileKind::segment);
  CHECK(parse_file_name("copy of a segment.log")->base_offset == 0);
  CHECK(parse_file_name("99999999999999999999999.log")->base_offset == 0);
  CHECK_FALSE(parse_file_name("server.properties"));
  CHECK_FALSE(parse_file_name(""));
}

TEST_CASE("a log directory gives its partitions in order, segments first") {
  TemporaryDirectory directory;
  auto make = [&](const std::string& path) {
    auto whole = std::filesystem::path(directory.path()) / path;
    std::filesystem::create_directories(whole.parent_path());
    write_file(whole.string(), "");
  };
  make("a-10/00000000000000000000.log");
  make("a-2/00000000000000000005.log");
  make("a-2/00000000000000000000.log");
  make("a-2/00000000000000000000.index");
  make("a-2/00000000000000000007.log.deleted");
  make("b-0.0123456789abcdef0123456789abcdef-delete/00000000000000000000.log");
  make("recovery-point-offset-checkpoint");
  std::vector<std::string> names;
  for (const auto& file : list_log_files(directory.path()))
    names.push_back(file.path.substr(directory.path().size() + 1) + (file.active ? " active" : ""));
  CHECK(names == std::vector<std::string>{
                     "recovery-point-offset-checkpoint", "a-2/00000000000000000000.log",
                     "a-2/00000000000000000005.log active", "a-2/00000000000000000000.index",
                     "a-10/00000000000000000000.log active"});
  CHECK_THROWS_AS(list_log_files(directory.path() + "/none"), Error);
}
