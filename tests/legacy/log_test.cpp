// Logs of 0.7 in files.
#include "legacy/log.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "support/kafka07.h"
#include "support/temporary_directory.h"

using namespace kt;
using namespace kt::legacy;
using namespace kt::test;
namespace fs = std::filesystem;

namespace {

struct Found {
  std::vector<std::string> messages;
  std::vector<std::pair<int64_t, int64_t>> damage;  ///< positions and sizes
};

Found read_all(Log& log, int64_t position, size_t read_bytes) {
  Found found;
  LogReader reader(log, position, read_bytes);
  while (auto entry = reader.next()) {
    CHECK(entry->next_position > entry->position);
    if (entry->messages != nullptr)
      found.messages.insert(found.messages.end(), entry->messages->begin(), entry->messages->end());
    else
      found.damage.emplace_back(entry->position, entry->next_position - entry->position);
  }
  CHECK(reader.position() == log.end());
  return found;
}

void write(const std::string& path, std::string_view bytes) {
  fs::create_directories(fs::path(path).parent_path());
  std::ofstream(path) << bytes;
}

const std::string kData = KT_SOURCE_DIR "/tests/data/kafka07";

}  // namespace

TEST_CASE("every message of a real 0.7.0 broker, in order, however little is read at once") {
  auto partitions = find_files(kData, 7);
  REQUIRE(partitions.size() == 2);
  for (const auto& one : partitions) {
    CHECK(one.id.topic == "mix");
    CHECK(one.id.broker == 7);
    FileLog log(one.segments);
    CHECK(log.start() == 0);
    // The byte offsets that the broker's own consumer committed (zookeeper.json).
    CHECK(log.end() == (one.id.partition == 0 ? 33'894 : 265'200));
    for (size_t read_bytes : {1, 77, 40'001, 1 << 20}) {
      auto found = read_all(log, 0, read_bytes);
      CHECK(found.messages == kafka07_messages(one.id.partition));
      CHECK(found.damage.empty());
    }
  }
}

TEST_CASE("a partition directory alone, with a slash behind it, is found as well") {
  CHECK(find_files(kData + "/mix-1/", 0).front().segments.size() == 7);
  CHECK_THROWS_AS(find_files(kData + "/README.md", 0), Error);
  TemporaryDirectory empty;
  CHECK_THROWS_AS(find_files(empty.path(), 0), Error);
}

TEST_CASE("a message that a segment cuts off, and a segment that is missing, are told and passed") {
  TemporaryDirectory directory;
  auto one = kafka07_entry("one"), two = kafka07_entry("two"), three = kafka07_entry("three");
  auto base = directory.path() + "/t-3/";
  write(base + "00000000000000000100.kafka", one + two.substr(0, 7));
  write(base + "00000000000000000200.kafka", three);
  auto found = find_files(directory.path(), 0);
  REQUIRE(found.size() == 1);
  CHECK(found[0].id.partition == 3);
  FileLog log(found[0].segments);
  CHECK(log.start() == 100);
  auto all = read_all(log, 100, 10);
  CHECK(all.messages == std::vector<std::string>{"one", "three"});
  auto cut = static_cast<int64_t>(one.size()) + 100;
  CHECK(all.damage == std::vector<std::pair<int64_t, int64_t>>{{cut, 7}, {cut + 7, 200 - cut - 7}});
}

TEST_CASE("segments that overlap are refused") {
  TemporaryDirectory directory;
  write(directory.path() + "/t-0/00000000000000000000.kafka", kafka07_entry("long enough"));
  write(directory.path() + "/t-0/00000000000000000005.kafka", kafka07_entry("x"));
  CHECK_THROWS_WITH_AS(find_files(directory.path(), 0),
                       doctest::Contains("reaches into the segment behind it"), Error);
}

TEST_CASE("a file that becomes shorter while it is read ends in an error") {
  TemporaryDirectory directory;
  auto path = directory.path() + "/t-0/00000000000000000000.kafka";
  write(path, kafka07_entry("one") + kafka07_entry("two"));
  FileLog log(find_files(directory.path(), 0)[0].segments);
  LogReader reader(log, 0, 1);
  CHECK(reader.next()->messages->front() == "one");
  fs::resize_file(path, kafka07_entry("one").size());
  CHECK_THROWS_WITH_AS(reader.next(), doctest::Contains("which it did not before"), Error);
}
