#include "protocol/records/batch_builder.h"

#include <doctest/doctest.h>

#include <string>

#include "records/read_all.h"
#include "support/hex.h"

namespace {

using kt::BatchBuilder;
using kt::Codec;
using kt::from_hex;
using kt::OwnedRecord;
using kt::read_all;
using Records = std::vector<OwnedRecord>;

constexpr Codec kAll[] = {Codec::none, Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd};

Records records_of_many_kinds(int count) {
  Records records;
  for (int i = 0; i < count; ++i) {
    OwnedRecord record{i, 1700000000000 + i * 37 % 1000, {}, {}};
    if (i % 3 != 0) record.key = "key-" + std::to_string(i);
    if (i % 5 != 0)
      record.value =
          std::string(static_cast<size_t>(i * 13 % 700), static_cast<char>('a' + i % 26));
    records.push_back(record);
  }
  return records;
}

void append(BatchBuilder& builder, const OwnedRecord& record) {
  std::vector<kt::RecordHeader> headers;
  for (const auto& [key, value] : record.headers) headers.push_back({key, value});
  builder.append(record.timestamp_ms, record.key, record.value, headers);
}

}  // namespace

TEST_CASE("a batch v2 is written as the format describes it, byte for byte") {
  BatchBuilder builder({.base_offset = 100,
                        .leader_epoch = 7,
                        .producer_id = 4711,
                        .producer_epoch = 3,
                        .base_sequence = 40,
                        .transactional = true});
  append(builder, {0, 1700000000000, "k1", "hello"});
  append(builder,
         {0, 1700000000005, std::nullopt, "", {{"trace", "\x01\x02"}, {"n", std::nullopt}}});
  append(builder, {0, 1699999999000, "", std::nullopt});
  CHECK(builder.finish() == from_hex("0000000000000064 0000005a 00000007 02 78706270 0010 00000002 "
                                     "0000018bcfe56800 0000018bcfe56805"
                                     "0000000000001267 0003 00000028 00000003"
                                     "1a 00 00 00 04 6b31 0a 68656c6c6f 00"
                                     "24 00 0a 02 01 00 04 0a 7472616365 04 0102 02 6e 01"
                                     "0e 00 cf0f 04 00 01 00"));
}

TEST_CASE("message sets v0 and v1 are written as the formats describe them, byte for byte") {
  BatchBuilder v0({.magic = 0, .base_offset = 5});
  append(v0, {0, 0, std::nullopt, "a"});
  append(v0, {0, 0, "k", std::nullopt});
  CHECK(v0.finish() == from_hex("0000000000000005 0000000f 51df3a32 00 00 ffffffff 00000001 61"
                                "0000000000000006 0000000f 908204f6 00 00 00000001 6b ffffffff"));
  BatchBuilder v1({.magic = 1, .base_offset = 5});
  append(v1, {0, 1600000000000, "k", "a"});
  CHECK(v1.finish() ==
        from_hex(
            "0000000000000005 00000018 dd7ce61b 01 00 00000174876e8000 00000001 6b 00000001 61"));
}

TEST_CASE("what is written is read back, in every format and codec") {
  auto records = records_of_many_kinds(500);
  for (int8_t magic : {0, 1, 2})
    for (Codec codec : kAll) {
      if (magic < 2 && codec == Codec::zstd) continue;
      CAPTURE(int(magic));
      CAPTURE(kt::codec_name(codec));
      BatchBuilder builder({.magic = magic, .compression = {codec}});
      for (const auto& record : records) append(builder, record);
      auto expected = records;
      if (magic == 0)
        for (auto& record : expected) record.timestamp_ms = -1;
      CHECK(read_all(builder.finish()) == expected);
    }
}

TEST_CASE("a wrapper has the offset of its last message and the largest timestamp") {
  for (int8_t magic : {0, 1}) {
    BatchBuilder builder({.magic = magic, .compression = {Codec::lz4}, .base_offset = 70});
    for (int64_t timestamp : {10, 30, 20}) builder.append(timestamp, std::nullopt, "v");
    auto wrapper = kt::BatchReader(builder.finish()).next().value();
    CHECK(wrapper.base_offset() == 72);
    CHECK(wrapper.max_timestamp_ms() == (magic == 1 ? 30 : -1));
    CHECK(read_all(builder.finish()).front().offset == 70);
  }
}

TEST_CASE("a builder begins anew after reset and keeps its options") {
  BatchBuilder builder({.base_offset = 3});
  builder.append(1, "a", "b");
  builder.finish();
  builder.reset();
  CHECK(builder.empty());
  builder.append(2, "c", "d");
  CHECK(read_all(builder.finish()) == Records{{3, 2, "c", "d"}});
}

TEST_CASE("a batch may have holes and end beyond its last record, as compaction leaves it") {
  BatchBuilder builder({.base_offset = 10, .delete_horizon_ms = 5000, .last_offset = 19});
  kt::RecordView kept;
  kept.timestamp_ms = 4000;
  kept.key = "k";
  builder.append_at(14, kept);
  auto bytes = builder.finish();
  auto batch = kt::BatchReader(bytes).next().value();
  CHECK(batch.next_offset() == 20);
  CHECK(batch.delete_horizon_ms() == 5000);
  CHECK(batch.max_timestamp_ms() == 4000);
  CHECK(read_all(bytes) == Records{{14, 4000, "k", std::nullopt}});
}

TEST_CASE("a batch of no records is a header with its offsets") {
  BatchBuilder builder({.compression = {Codec::zstd}, .base_offset = 10, .last_offset = 12});
  auto batch = kt::BatchReader(builder.finish()).next().value();
  CHECK(batch.size_bytes() == 61);
  CHECK(batch.count() == 0);
  CHECK(batch.codec() == Codec::none);
  CHECK(batch.next_offset() == 13);
}

TEST_CASE("sequences wrap from the largest to zero") {
  BatchBuilder builder({.producer_id = 1, .producer_epoch = 0, .base_sequence = INT32_MAX});
  builder.append(1, {}, "a");
  builder.append(1, {}, "b");
  CHECK(kt::BatchReader(builder.finish()).next()->last_sequence() == 0);
}

TEST_CASE("offset, epoch, time and producer are changed in place and the checksum stays right") {
  for (int8_t magic : {1, 2}) {
    BatchBuilder builder({.magic = magic});
    builder.append(1000, "k", "v");
    std::string bytes(builder.finish());
    kt::set_base_offset(bytes.data(), 77);
    kt::set_log_append_time(bytes.data(), bytes.size(), 9000);
    if (magic == 2) {
      kt::set_leader_epoch(bytes.data(), 5);
      kt::set_producer(bytes.data(), bytes.size(), 12, 3, 44);
    }
    CHECK(read_all(bytes) == Records{{77, 9000, "k", "v"}});
    auto batch = kt::BatchReader(bytes).next().value();
    CHECK(batch.timestamp_type() == kt::TimestampType::log_append);
    CHECK(batch.leader_epoch() == (magic == 2 ? 5 : -1));
    CHECK(batch.producer_id() == (magic == 2 ? 12 : -1));
    CHECK(batch.base_sequence() == (magic == 2 ? 44 : -1));
  }
}

TEST_CASE("most_bytes is never less than what a record takes") {
  for (int8_t magic : {0, 1, 2}) {
    BatchBuilder builder({.magic = magic});
    builder.append(0, {}, {});
    for (const auto& record : records_of_many_kinds(300)) {
      size_t before = builder.size_bytes();
      append(builder, record);
      CHECK(builder.size_bytes() - before <= BatchBuilder::most_bytes(record.key, record.value));
    }
  }
}
