#include "storage/partition_log.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "protocol/records/record_reader.h"
#include "storage/batches.h"
#include "support/temporary_directory.h"

namespace {

namespace fs = std::filesystem;
using kt::batch_at;
using kt::PartitionLog;

std::string bytes_of(const kt::LogSlice& slice) {
  std::string bytes(slice.size_bytes, '\0');
  if (slice.file) bytes.resize(slice.file->read_at(slice.position, bytes.data(), bytes.size()));
  return bytes;
}

std::vector<int64_t> offsets_of(const kt::LogSlice& slice) {
  auto bytes = bytes_of(slice);
  kt::RecordReader reader(bytes);
  std::vector<int64_t> offsets;
  while (auto* record = reader.next()) offsets.push_back(record->offset);
  return offsets;
}

/// All offsets that a reader finds who goes on behind each slice.
std::vector<int64_t> walk(const PartitionLog& log, size_t max_bytes) {
  std::vector<int64_t> all;
  int64_t next = log.start_offset();
  for (;;) {
    auto slice = log.read(next, log.end_offset(), max_bytes, true);
    if (slice.size_bytes == 0) return all;
    for (int64_t offset : offsets_of(slice))
      if (offset >= next) all.push_back(offset);
    REQUIRE(slice.next_offset > next);
    next = slice.next_offset;
  }
}

std::vector<int64_t> range(int64_t from, int64_t to) {
  std::vector<int64_t> numbers;
  for (; from < to; ++from) numbers.push_back(from);
  return numbers;
}

void fill(PartitionLog& log, int batches, int records_each = 3, size_t value_bytes = 100) {
  for (int i = 0; i < batches; ++i) {
    int64_t base = log.end_offset();
    log.append(batch_at(base, records_each, value_bytes, 1000 + base));
  }
}

}  // namespace

TEST_CASE("a log gives back what was appended, in slices of any size, in memory and on disk") {
  kt::TemporaryDirectory directory;
  for (const auto& path : {std::string(), directory.path() + "/t-0"})
    for (int64_t segment_bytes : {1 << 30, 5000}) {
      PartitionLog log({.directory = path, .segment_bytes = segment_bytes});
      fill(log, 200);
      CHECK(log.end_offset() == 600);
      for (size_t max_bytes : {1, 399, 400, 5000, 1 << 20})
        CHECK(walk(log, max_bytes) == range(0, 600));
      log.destroy();
    }
}

TEST_CASE("a slice begins with the batch that holds the offset and keeps to both limits") {
  PartitionLog log({});
  fill(log, 100);
  size_t batch_bytes = batch_at(0, 3, 100).size();
  auto slice = log.read(31, 100, 10 * batch_bytes, true);
  CHECK(slice.position == static_cast<int64_t>(10 * batch_bytes));
  CHECK(offsets_of(slice).front() == 30);
  CHECK(slice.size_bytes == 10 * batch_bytes);
  CHECK(slice.next_offset == 60);
  CHECK(log.read(31, 45, 1 << 20, true).next_offset == 45);
  CHECK(log.read(31, 44, 1 << 20, true).next_offset == 42);
  CHECK(log.read(31, 300, 10, false).size_bytes == 0);
  CHECK(log.read(31, 300, 10, true).size_bytes == batch_bytes);
  CHECK(log.read(300, 300, 1000, true).size_bytes == 0);
  CHECK(log.available(0, 300, 1 << 20) == 100 * batch_bytes);
  CHECK(log.available(31, 60, 1 << 20) == 10 * batch_bytes);
}

TEST_CASE("a log on disk has the files that Kafka's has, and is the same when opened again") {
  kt::TemporaryDirectory directory;
  auto path = directory.path() + "/with-dashes-7";
  auto id = kt::Uuid::parse("AAAAAAAAAAAAAAAAAAAAAQ").value();
  {
    PartitionLog log({.directory = path, .segment_bytes = 20'000, .topic_id = id});
    fill(log, 150);
  }
  CHECK(kt::read_file(path + "/partition.metadata") ==
        "version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAQ");
  CHECK(kt::read_file(path + "/leader-epoch-checkpoint") == "0\n1\n0 0\n");
  CHECK(fs::exists(path + "/00000000000000000000.log"));
  // 20,000 bytes hold 51 batches of 388 bytes; an index entry follows every 11 of them (4,268
  // bytes).
  REQUIRE(batch_at(0, 3, 100).size() == 388);
  CHECK(fs::file_size(path + "/00000000000000000000.log") == 51 * 388);
  CHECK(fs::exists(path + "/00000000000000000153.log"));
  auto index = kt::read_offset_index(kt::read_file(path + "/00000000000000000153.index"), 153);
  REQUIRE(index.size() == 4);
  CHECK(index[0] == kt::OffsetIndexEntry{153 + 35, 11 * 388});
  auto times = kt::read_time_index(kt::read_file(path + "/00000000000000000153.timeindex"), 153);
  CHECK(times.back() == kt::TimeIndexEntry{1000 + 303, 305});

  PartitionLog again({.directory = path, .segment_bytes = 20'000});
  CHECK(again.end_offset() == 450);
  CHECK(walk(again, 1000) == range(0, 450));
  CHECK(again.segment_offsets() == std::vector<int64_t>{0, 153, 306});
  fill(again, 1);
  CHECK(walk(again, 1000) == range(0, 453));
}

TEST_CASE("what is torn at the end is cut off on start, wherever the tear is") {
  kt::TemporaryDirectory directory;
  auto path = directory.path() + "/t-0";
  fs::create_directories(path);
  auto whole = batch_at(0, 2) + batch_at(2, 3);
  auto torn = batch_at(5, 4);
  for (size_t size = 0; size < torn.size(); ++size) {
    kt::write_file(path + "/00000000000000000000.log", whole + torn.substr(0, size));
    PartitionLog log({.directory = path});
    CHECK(log.end_offset() == 5);
    CHECK(fs::file_size(path + "/00000000000000000000.log") == whole.size());
  }
  for (size_t at = 17; at < torn.size(); ++at) {
    auto damaged = torn;
    damaged[at] ^= 4;
    kt::write_file(path + "/00000000000000000000.log", whole + damaged + batch_at(9));
    PartitionLog log({.directory = path});
    CHECK(log.end_offset() == 5);
  }
}

TEST_CASE("zeros behind the last batch, as of a file made in advance, are cut off") {
  kt::TemporaryDirectory directory;
  kt::write_file(directory.path() + "/00000000000000000000.log",
                 batch_at(0, 2) + std::string(500, '\0'));
  PartitionLog log({.directory = directory.path()});
  CHECK(log.end_offset() == 2);
}

TEST_CASE("segments behind a damaged one are dropped: nothing may follow a hole") {
  kt::TemporaryDirectory directory;
  auto path = directory.path() + "/t-0";
  {
    fill(*std::make_unique<PartitionLog>(kt::LogOptions{.directory = path, .segment_bytes = 2000}),
         20);
  }
  fs::resize_file(path + "/00000000000000000015.log", 500);
  PartitionLog log({.directory = path, .segment_bytes = 2000});
  CHECK(log.end_offset() == 18);
  CHECK(walk(log, 100) == range(0, 18));
  CHECK_FALSE(fs::exists(path + "/00000000000000000030.log"));
}

TEST_CASE("a time finds the first record at or after it, in whatever segment and batch") {
  for (int64_t segment_bytes : {1 << 30, 3000}) {
    PartitionLog log({.segment_bytes = segment_bytes});
    for (int64_t base = 0; base < 300; base += 3) {
      kt::BatchBuilder builder({.base_offset = base, .leader_epoch = 4});
      for (int64_t i = base; i < base + 3; ++i)
        builder.append(1000 + 10 * i, "k", std::string(100, 'v'));
      log.append(builder.finish());
    }
    for (int64_t i : {0, 1, 2, 50, 151, 299}) {
      CHECK(log.find_time(1000 + 10 * i)->offset == i);
      CHECK(log.find_time(1000 + 10 * i - 9)->offset == i);
    }
    CHECK(log.find_time(-5)->offset == 0);
    CHECK(log.find_time(1501)->timestamp_ms == 1510);
    CHECK(log.find_time(1501)->leader_epoch == 4);
    CHECK_FALSE(log.find_time(1000 + 10 * 299 + 1));
    CHECK(log.find_max_timestamp()->offset == 299);
    log.delete_before(100);
    CHECK(log.find_time(0)->offset == 100);
  }
}

TEST_CASE("times that step back: the first record that is late enough counts") {
  PartitionLog log({});
  int64_t times[] = {50, 90, 20, 70, 90, 95, 10};
  for (int64_t i = 0; i < 7; ++i) log.append(batch_at(i, 1, 5000, times[i]));
  CHECK(log.find_time(60)->offset == 1);
  CHECK(log.find_time(91)->offset == 5);
  CHECK(log.find_max_timestamp()->offset == 5);
}

TEST_CASE("deleting before an offset drops whole segments and the epochs that are gone") {
  kt::TemporaryDirectory directory;
  PartitionLog log({.directory = directory.path() + "/t-0", .segment_bytes = 1500});
  for (int64_t base = 0; base < 60; base += 3) {
    auto batch = batch_at(base, 3, 100);
    kt::set_leader_epoch(batch.data(), static_cast<int32_t>(base / 20));
    log.append(batch);
  }
  CHECK(log.epochs() == std::vector<kt::EpochStart>{{0, 0}, {1, 21}, {2, 42}});
  log.delete_before(25);
  CHECK(log.start_offset() == 25);
  CHECK(log.segment_offsets().front() == 25);
  CHECK(log.segments().front()->base_offset() == 18);
  CHECK(log.epochs() == std::vector<kt::EpochStart>{{1, 25}, {2, 42}});
  CHECK_FALSE(fs::exists(directory.path() + "/t-0/00000000000000000009.log"));
  CHECK(walk(log, 1000) == range(25, 60));
  log.delete_before(1000);
  CHECK(log.start_offset() == 60);
}

TEST_CASE("retention by size keeps at least that much, by time what is young enough") {
  PartitionLog log({.segment_bytes = 1600});
  fill(log, 40);  // ten segments of 1,552 bytes, 12 offsets each; times are 1000 + base offset
  REQUIRE(log.segments().size() == 10);
  CHECK_FALSE(log.apply_retention(15'520, -1, 0));
  CHECK(log.apply_retention(10 * 1552 - 2 * 1552, -1, 0));
  CHECK(log.start_offset() == 24);
  CHECK_FALSE(log.apply_retention(-1, 1000, 2033));
  CHECK(log.apply_retention(-1, 1000, 2034));
  CHECK(log.start_offset() == 36);
  CHECK(log.apply_retention(-1, 1000, 1'000'000));
  CHECK(log.start_offset() == 120);
  CHECK(log.end_offset() == 120);
  CHECK(log.size_bytes() == 0);
  fill(log, 1);
  CHECK(walk(log, 1000) == range(120, 123));
}

TEST_CASE("an emptied log on disk goes on where it was") {
  kt::TemporaryDirectory directory;
  auto path = directory.path() + "/t-0";
  {
    PartitionLog log({.directory = path});
    fill(log, 5);
    log.apply_retention(-1, 1, 1'000'000);
  }
  PartitionLog log({.directory = path});
  CHECK(log.start_offset() == 15);
  CHECK(log.end_offset() == 15);
}

TEST_CASE("truncation drops what reaches the offset, with its epochs and producers") {
  PartitionLog log({.segment_bytes = 2000});
  fill(log, 20);
  auto late = kt::batch_of({.base_offset = 60,
                            .leader_epoch = 3,
                            .producer_id = 9,
                            .producer_epoch = 0,
                            .base_sequence = 0},
                           {{"k", "v"}});
  log.append(late);
  CHECK(log.producers().all().contains(9));
  log.truncate(31);
  CHECK(log.end_offset() == 30);
  CHECK(log.epochs() == std::vector<kt::EpochStart>{{0, 0}});
  CHECK(log.producers().all().empty());
  fill(log, 2);
  CHECK(walk(log, 700) == range(0, 36));
}

TEST_CASE("a segment is rolled when its first batch is older than segment.ms") {
  PartitionLog log({.segment_ms = 100});
  log.append(batch_at(0, 1, 10, 1000));
  log.append(batch_at(1, 1, 10, 1100));
  log.append(batch_at(2, 1, 10, 1101));
  CHECK(log.segment_offsets() == std::vector<int64_t>{0, 2});
}

TEST_CASE("a slice stays readable after its segment is deleted") {
  PartitionLog log({.segment_bytes = 1000});
  fill(log, 10);
  auto slice = log.read(0, 30, 1 << 20, true);
  log.delete_before(30);
  CHECK(offsets_of(slice).front() == 0);
}

TEST_CASE("only one whole batch is taken at a time") {
  PartitionLog log({});
  CHECK_THROWS_AS(log.append(batch_at(0) + batch_at(1)), kt::Error);
  CHECK_THROWS_AS(log.append(batch_at(0).substr(0, 60)), kt::Error);
}
