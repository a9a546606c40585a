#include "storage/compaction.h"

#include <doctest/doctest.h>

#include <map>

#include "protocol/records/record_reader.h"
#include "storage/batches.h"
#include "support/temporary_directory.h"

namespace {

using kt::batch_of;
using kt::Compaction;
using kt::PartitionLog;

void put(PartitionLog& log, const std::vector<kt::TestRecord>& records,
         kt::BatchOptions options = {}) {
  options.base_offset = log.end_offset();
  options.leader_epoch = 0;
  log.append(batch_of(options, records));
}

std::string all_bytes(const PartitionLog& log) {
  std::string all;
  for (const auto& segment : log.segments()) {
    std::string bytes(static_cast<size_t>(segment->size_bytes()), '\0');
    segment->file()->read_at(0, bytes.data(), bytes.size());
    all += bytes;
  }
  return all;
}

/// "offset key=value" of each record, in order.
std::vector<std::string> contents(const PartitionLog& log) {
  auto bytes = all_bytes(log);
  kt::RecordReader reader(bytes);
  std::vector<std::string> found;
  while (auto* record = reader.next())
    found.push_back(std::to_string(record->offset) + " " + std::string(record->key.value_or("-")) +
                    "=" + std::string(record->value.value_or("null")));
  return found;
}

void compact(PartitionLog& log, int64_t now_ms = 0) {
  Compaction compaction(log, {.now_ms = now_ms, .delete_retention_ms = 100});
  while (!compaction.step(50)) continue;
}

}  // namespace

TEST_CASE("of each key the last record stays, at its offset; the last segment is left alone") {
  kt::TemporaryDirectory directory;
  for (const auto& path : {std::string(), directory.path() + "/t-0"})
    for (auto codec : {kt::Codec::none, kt::Codec::lz4}) {
      PartitionLog log({.directory = path});
      put(log, {{"a", "1"}, {"b", "1"}, {{}, "no key"}}, {.compression = {codec}});
      put(log, {{"c", "1"}, {"a", "2"}}, {.compression = {codec}});
      log.roll();
      put(log, {{"b", "2"}}, {.compression = {codec}});
      log.roll();
      put(log, {{"a", "3"}, {{}, "still"}}, {.compression = {codec}});
      compact(log);
      CHECK(contents(log) ==
            std::vector<std::string>{"3 c=1", "4 a=2", "5 b=2", "6 a=3", "7 -=still"});
      CHECK(log.end_offset() == 8);
      CHECK(log.read(0, 8, 1 << 20, true).next_offset > 3);
      log.destroy();
    }
}

TEST_CASE("a compacted log on disk is the same after a restart") {
  kt::TemporaryDirectory directory;
  std::vector<std::string> before;
  {
    PartitionLog log({.directory = directory.path(), .segment_bytes = 300});
    for (int i = 0; i < 50; ++i) put(log, {{"k" + std::to_string(i % 7), std::to_string(i)}});
    compact(log);
    before = contents(log);
    // Seven keys, and what the last segment holds besides.
    CHECK(before.size() < 12);
  }
  PartitionLog again({.directory = directory.path(), .segment_bytes = 300});
  CHECK(contents(again) == before);
  CHECK(again.end_offset() == 50);
}

TEST_CASE("a tombstone stays until the horizon that its first compaction gave it") {
  PartitionLog log({});
  put(log, {{"a", "1"}, {"b", "1"}});
  put(log, {{"a", {}}});
  log.roll();
  put(log, {{"z", "1"}});
  compact(log, 1000);
  CHECK(contents(log) == std::vector<std::string>{"1 b=1", "2 a=null", "3 z=1"});
  auto bytes = all_bytes(log);
  kt::BatchReader reader(bytes);
  reader.next();
  CHECK(reader.next()->delete_horizon_ms() == 1100);
  compact(log, 1099);
  CHECK(contents(log).size() == 3);
  compact(log, 1100);
  CHECK(contents(log) == std::vector<std::string>{"1 b=1", "3 z=1"});
}

TEST_CASE(
    "data of aborted transactions goes, markers and a producer's last batch stay, open ones are "
    "not touched") {
  PartitionLog log({});
  auto by = [](int64_t producer_id, int32_t sequence) {
    return kt::BatchOptions{.producer_id = producer_id,
                            .producer_epoch = 0,
                            .base_sequence = sequence,
                            .transactional = true};
  };
  put(log, {{"a", "aborted"}}, by(1, 0));
  put(log, {{"b", "aborted"}}, by(1, 1));
  log.append(kt::marker_at(2, 1, 0, false));
  put(log, {{"a", "good"}}, by(2, 0));
  log.append(kt::marker_at(4, 2, 0, true));
  log.roll();
  put(log, {{"a", "open"}}, by(3, 0));
  log.roll();
  put(log, {{"z", "1"}});
  compact(log);
  CHECK(contents(log) == std::vector<std::string>{"3 a=good", "5 a=open", "6 z=1"});
  auto bytes = all_bytes(log);
  std::vector<int64_t> bases;
  kt::BatchReader reader(bytes);
  while (auto batch = reader.next()) bases.push_back(batch->base_offset());
  CHECK(bases == std::vector<int64_t>{1, 2, 3, 4, 5, 6});
}

TEST_CASE("a segment deleted while it is compacted stays deleted") {
  PartitionLog log({});
  put(log, {{"a", "1"}, {"a", "2"}});
  log.roll();
  put(log, {{"a", "3"}});
  Compaction compaction(log, {.now_ms = 0});
  compaction.step(1);
  log.delete_before(2);
  while (!compaction.step(1)) continue;
  CHECK(contents(log) == std::vector<std::string>{"2 a=3"});
}
