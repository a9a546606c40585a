#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "protocol/records/record_reader.h"
#include "replay/source.h"
#include "storage/checkpoints.h"
#include "storage/file.h"
#include "support/temporary_directory.h"

using namespace kt;
using namespace kt::replay;
namespace fs = std::filesystem;

namespace {

std::string sample(const std::string& name) {
  return read_file(KT_SOURCE_DIR "/tests/data/segments/" + name);
}

/// A log directory of one topic.
class Directory {
 public:
  std::string path() const { return temporary_.path(); }
  std::string add(const std::string& partition, int64_t base_offset, std::string_view bytes) {
    fs::create_directories(path() + "/" + partition);
    auto file = path() + "/" + partition + "/" + segment_name(base_offset, ".log");
    std::ofstream(file) << bytes;
    return file;
  }

 private:
  TemporaryDirectory temporary_;
};

std::vector<int64_t> offsets_of(FileSource& source) {
  std::vector<int64_t> offsets;
  while (!source.finished()) {
    auto chunk = source.next(Deadline(Milliseconds(0)));
    if (!chunk) continue;
    RecordReader reader(chunk->records, {.from_offset = chunk->from_offset});
    while (const auto* record = reader.next())
      if (record->offset < chunk->end_offset) offsets.push_back(record->offset);
  }
  return offsets;
}

}  // namespace

TEST_CASE("segments of every format are read within their range") {
  // Sixty records each, from offset 0 (tests/data/segments/README.md).
  for (const char* name : {"0.8.2.2-none.log", "0.8.2.2-gzip.log", "0.8.2.2-lz4.log",
                           "0.10.2.2-snappy.log", "1.1.1-lz4.log", "4.3.0-zstd.log"}) {
    CAPTURE(name);
    Directory directory;
    directory.add("t-0", 0, sample(name));
    auto files = find_files(directory.path(), "t");
    REQUIRE(files.size() == 1);
    CHECK(ends_of(files[0]) == std::pair<int64_t, int64_t>(0, 60));
    FileSource source(files, {{{"t", 0}, 7, 51}});
    auto offsets = offsets_of(source);
    REQUIRE(offsets.size() == 44);
    CHECK(offsets.front() == 7);
    CHECK(offsets.back() == 50);
  }
}

TEST_CASE("segments follow each other, and those below the range are not opened") {
  Directory directory;
  auto first = directory.add("t-0", 0, sample("1.1.1-none.log"));
  auto later = sample("1.1.1-none.log");
  for (size_t at = 0; at < later.size();) {
    BatchReader reader(std::string_view(later).substr(at));
    auto batch = reader.next();
    REQUIRE(batch);
    set_base_offset(later.data() + at, batch->base_offset() + 100);
    at += batch->size_bytes();
  }
  directory.add("t-0", 100, later);
  auto files = find_files(directory.path() + "/t-0", "t");
  CHECK(ends_of(files[0]) == std::pair<int64_t, int64_t>(0, 160));
  FileSource both(files, {{{"t", 0}, 0, 160}});
  CHECK(offsets_of(both).size() == 120);
  fs::remove(first);
  FileSource last(files, {{{"t", 0}, 130, 160}});
  CHECK(offsets_of(last).size() == 30);
}

TEST_CASE("positions in files") {
  Directory directory;
  directory.add("t-0", 0, sample("4.3.0-none.log"));
  auto files = find_files(directory.path(), "t")[0];
  using Kind = Position::Kind;
  CHECK(offset_in(files, {Kind::earliest, 0}) == 0);
  CHECK(offset_in(files, {Kind::latest, 0}) == 60);
  CHECK(offset_in(files, {Kind::after_earliest, 5}) == 5);
  CHECK(offset_in(files, {Kind::before_latest, 5}) == 55);
  CHECK(offset_in(files, {Kind::before_latest, 500}) == 0);
  CHECK(offset_in(files, {Kind::offset, 99}) == 60);
  CHECK(offset_in(files, {Kind::timestamp, 0}) == 0);
  CHECK(offset_in(files, {Kind::timestamp, INT64_MAX}) == 60);
}

TEST_CASE("a torn tail is left out, damage in front of it is an error") {
  Directory directory;
  auto bytes = sample("4.3.0-none.log");
  directory.add("torn-0", 0, bytes.substr(0, bytes.size() - 1));
  auto files = find_files(directory.path(), "torn");
  auto end = ends_of(files[0]).second;
  CHECK(end < 60);
  FileSource source(files, {{{"torn", 0}, 0, end}});
  CHECK(offsets_of(source).size() == static_cast<size_t>(end));
  bytes[16] = 9;  // the magic of the first batch
  directory.add("bad-0", 0, bytes);
  CHECK_THROWS_AS(ends_of(find_files(directory.path(), "bad")[0]), Error);
}

TEST_CASE("what a path holds of a topic") {
  Directory directory;
  auto file = directory.add("a-b-3", 0, sample("4.3.0-none.log"));
  directory.add("a-b-1", 0, "");
  directory.add("a-0", 0, "");
  auto found = find_files(directory.path(), "a-b");
  REQUIRE(found.size() == 2);
  CHECK(found[0].partition == TopicPartition{"a-b", 1});
  CHECK(found[1].partition == TopicPartition{"a-b", 3});
  CHECK(find_files(file, "a-b")[0].partition == TopicPartition{"a-b", 3});
  CHECK(find_files(file, "elsewhere")[0].partition == TopicPartition{"elsewhere", 0});
  CHECK_THROWS_AS(find_files(directory.path(), "b"), Error);
  std::ofstream(directory.path() + "/notes.log") << "x";
  CHECK_THROWS_AS(find_files(directory.path() + "/notes.log", "a"), Error);
}
