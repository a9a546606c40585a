// Bytes written out from the formats' description by an independent script.
#include "protocol/records/record_reader.h"

#include <doctest/doctest.h>

#include <string>

#include "records/read_all.h"
#include "support/hex.h"

namespace {

using kt::BatchReader;
using kt::from_hex;
using kt::OwnedRecord;
using kt::read_all;
using kt::RecordReader;
using Records = std::vector<OwnedRecord>;

const std::string kBatch = from_hex(
    "0000000000000064 0000005a 00000007 02 78706270 0010 00000002 0000018bcfe56800 0000018bcfe56805"
    "0000000000001267 0003 00000028 00000003"
    "1a 00 00 00 04 6b31 0a 68656c6c6f 00"
    "24 00 0a 02 01 00 04 0a 7472616365 04 0102 02 6e 01"
    "0e 00 cf0f 04 00 01 00");
const std::string kEmptyBatch = from_hex(
    "00000000000000c8 00000031 00000007 02 c1fe53c9 0000 00000009 0000000000000000 0000000000000000"
    "ffffffffffffffff ffff ffffffff 00000000");
const std::string kAbortMarker = from_hex(
    "000000000000012c 00000042 00000007 02 0f6a4be4 0030 00000000 0000018bcfe56be8 0000018bcfe56be8"
    "0000000000001267 0003 ffffffff 00000001 20 00 00 00 08 00000000 0c 000000000005 00");
const std::string kSetV0 = from_hex(
    "0000000000000005 0000000f 51df3a32 00 00 ffffffff 00000001 61"
    "0000000000000006 0000000f 908204f6 00 00 00000001 6b ffffffff");
const std::string kSetV1 = from_hex(
    "0000000000000005 00000018 dd7ce61b 01 00 00000174876e8000 00000001 6b 00000001 61"
    "0000000000000006 00000017 778b1811 01 08 00000174876e8001 ffffffff 00000001 62");
const std::string kWrapperV1 = from_hex(
    "0000000000000034 0000004f 2adeef03 01 01 00000174876e8009 ffffffff 00000039"
    "1f8b080000000000020363608003f1a22a9548462083b1a43daf81e13f1080381550692690929f19f6ac70259c3025"
    "95"
    "0000e4d54446000000");
const std::string kWrapperV1LogAppend = from_hex(
    "0000000000000034 0000004f b81cff5e 01 09 000001748770069f ffffffff 00000039"
    "1f8b080000000000020363608003f1a22a9548462083b1a43daf81e13f1080381550692690929f19f6ac70259c3025"
    "95"
    "0000e4d54446000000");
const std::string kWrapperV0 = from_hex(
    "0000000000000033 00000042 80f729b2 00 01 ffffffff 00000034"
    "1f8b0800000000000203636000032320e637dd32e91303c37f2000f2182b20320cc62029a7cd8b521052950082513"
    "83c36000000");

const Records kBatchRecords = {
    {100, 1700000000000, "k1", "hello"},
    {101, 1700000000005, std::nullopt, "", {{"trace", "\x01\x02"}, {"n", std::nullopt}}},
    {102, 1699999999000, "", std::nullopt},
};

}  // namespace

TEST_CASE("a batch v2 shows its header") {
  auto batch = BatchReader(kBatch).next().value();
  CHECK(batch.magic() == 2);
  CHECK(batch.base_offset() == 100);
  CHECK(batch.last_offset() == 102);
  CHECK(batch.leader_epoch() == 7);
  CHECK(batch.codec() == kt::Codec::none);
  CHECK(batch.timestamp_type() == kt::TimestampType::create);
  CHECK(batch.base_timestamp_ms() == 1700000000000);
  CHECK(batch.max_timestamp_ms() == 1700000000005);
  CHECK(batch.producer_id() == 4711);
  CHECK(batch.producer_epoch() == 3);
  CHECK(batch.base_sequence() == 40);
  CHECK(batch.last_sequence() == 42);
  CHECK(batch.transactional());
  CHECK_FALSE(batch.control());
  CHECK(batch.count() == 3);
  CHECK(batch.stored_crc() == batch.computed_crc());
}

TEST_CASE("records v2: keys, nulls, headers, timestamps before the first") {
  CHECK(read_all(kBatch) == kBatchRecords);
}

TEST_CASE("a reader skips what is below the offset asked for and says where to read on") {
  RecordReader reader(kBatch, {.from_offset = 102});
  CHECK(reader.next()->offset == 102);
  CHECK(reader.next() == nullptr);
  CHECK(reader.next_offset() == 103);
}

TEST_CASE("an empty batch moves the next offset, and a range of nothing leaves it") {
  auto bytes = kBatch + kEmptyBatch;
  RecordReader reader(bytes, {.from_offset = 103});
  CHECK(reader.next() == nullptr);
  CHECK(reader.next_offset() == 210);
  CHECK(RecordReader("", {.from_offset = 44}).next_offset() == 44);
}

TEST_CASE("control records are given only on request, with what they say") {
  CHECK(read_all(kAbortMarker).empty());
  RecordReader reader(kAbortMarker, {.control_records = true});
  auto key = kt::control_key(*reader.next()).value();
  CHECK(key.version == 0);
  CHECK(key.type == kt::ControlKey::kAbort);
  CHECK(reader.batch().control());
  CHECK(reader.next() == nullptr);
  CHECK(reader.next_offset() == 301);
}

TEST_CASE("records of an aborted transaction are skipped up to its marker, no further") {
  auto later = kBatch;
  kt::set_base_offset(later.data(), 400);
  kt::AbortedTransactions aborted({{4711, 100}});
  auto records = read_all(kBatch + kAbortMarker + later, {.aborted = &aborted});
  REQUIRE(records.size() == 3);
  CHECK(records[0].offset == 400);

  kt::AbortedTransactions other_producer({{4712, 100}});
  CHECK(read_all(kBatch + kAbortMarker, {.aborted = &other_producer}).size() == 3);
  kt::AbortedTransactions begins_later({{4711, 400}});
  CHECK(read_all(kBatch + kAbortMarker + later, {.aborted = &begins_later}).size() == 3);
}

TEST_CASE("messages v0 have no timestamp, messages v1 have") {
  CHECK(read_all(kSetV0) == Records{{5, -1, std::nullopt, "a"}, {6, -1, "k", std::nullopt}});
  CHECK(read_all(kSetV1) ==
        Records{{5, 1600000000000, "k", "a"}, {6, 1600000000001, std::nullopt, "b"}});
}

TEST_CASE("a wrapper v1 counts from its first message and may have holes") {
  CHECK(read_all(kWrapperV1) ==
        Records{{50, 1600000000000, std::nullopt, "x"}, {52, 1600000000009, std::nullopt, "y"}});
  CHECK(read_all(kWrapperV1, {.from_offset = 51}).size() == 1);
}

TEST_CASE("a wrapper v1 with log-append time gives it to all its messages") {
  CHECK(read_all(kWrapperV1LogAppend) ==
        Records{{50, 1600000099999, std::nullopt, "x"}, {52, 1600000099999, std::nullopt, "y"}});
}

TEST_CASE("a wrapper v0 keeps the log's own offsets") {
  CHECK(read_all(kWrapperV0) == Records{{50, -1, std::nullopt, "x"}, {51, -1, std::nullopt, "y"}});
}

TEST_CASE("formats may follow each other in one range") {
  auto records = read_all(kSetV0 + kWrapperV0 + kWrapperV1 + kBatch);
  REQUIRE(records.size() == 9);
  CHECK(records.front().offset == 5);
  CHECK(records.back().offset == 102);
}

TEST_CASE("a batch cut off at the end is left, wherever the cut is") {
  for (const auto& bytes : {kBatch, kWrapperV1LogAppend, kWrapperV0})
    for (size_t size = 0; size < bytes.size(); ++size) {
      auto range = kBatch + bytes.substr(0, size);
      RecordReader reader(range);
      int count = 0;
      while (reader.next()) ++count;
      CHECK(count >= 3);
      if (size >= 12) CHECK(reader.tail_needs_bytes() > reader.tail().size());
    }
  RecordReader cut(std::string_view(kBatch).substr(0, 50));
  CHECK(cut.next() == nullptr);
  CHECK(cut.tail_needs_bytes() == kBatch.size());
}

TEST_CASE("the fake message behind a set converted down is a tail, not damage") {
  auto padding = from_hex("ffffffffffffffff 00000064") + std::string(80, '\0');
  CHECK(read_all(kSetV1 + padding).size() == 2);
}

TEST_CASE("a flipped bit anywhere under the checksum is found, and the place is named") {
  for (const auto& bytes : {kBatch, kWrapperV0, kWrapperV1}) {
    // Behind offset and size, v2's epoch, and the checksum itself.
    for (size_t at = 21; at < bytes.size(); ++at) {
      auto damaged = bytes;
      damaged[at] ^= 0x10;
      CAPTURE(at);
      CHECK_THROWS_AS(read_all(damaged), kt::DecodeError);
    }
  }
  auto damaged = kSetV1 + kBatch;
  damaged[kSetV1.size() + 70] ^= 1;
  CHECK_THROWS_WITH_AS(read_all(damaged, {.position = 1000}),
                       "batch at byte 1071 (offset 100): its checksum does not match its bytes",
                       kt::DecodeError);
}

TEST_CASE("after a damaged batch the reader goes on with the next one") {
  auto damaged = kBatch;
  damaged[70] ^= 1;
  damaged += kSetV0;
  RecordReader reader(damaged);
  CHECK_THROWS_AS(reader.next(), kt::DecodeError);
  CHECK(reader.next()->offset == 5);
}

TEST_CASE("sizes and counts that cannot be are refused without the checksum's help") {
  auto with = [](std::string bytes, size_t at, std::string_view hex) {
    auto patch = from_hex(hex);
    bytes.replace(at, patch.size(), patch);
    return bytes;
  };
  kt::RecordReaderOptions unchecked{.check_crc = false};
  CHECK_THROWS_AS(read_all(with(kBatch, 8, "ffffffff"), unchecked), kt::DecodeError);  // size -1
  CHECK_THROWS_AS(read_all(with(kBatch, 8, "00000030"), unchecked),
                  kt::DecodeError);                                               // below a header
  CHECK_THROWS_AS(read_all(with(kBatch, 16, "03"), unchecked), kt::DecodeError);  // magic 3
  CHECK_THROWS_AS(read_all(with(kBatch, 22, "17"), unchecked), kt::DecodeError);  // codec 7
  CHECK_THROWS_AS(read_all(with(kBatch, 23, "ffffffff"), unchecked),
                  kt::DecodeError);  // ends before it begins
  CHECK_THROWS_AS(read_all(with(kBatch, 57, "ffffffff"), unchecked),
                  kt::DecodeError);  // -1 records
  CHECK_THROWS_AS(read_all(with(kBatch, 57, "00000002"), unchecked),
                  kt::DecodeError);  // a record too many
  CHECK_THROWS_AS(read_all(with(kBatch, 57, "7fffffff"), unchecked),
                  kt::DecodeError);  // records that are not
  CHECK_THROWS_AS(read_all(with(kBatch, 61, "1c"), unchecked),
                  kt::DecodeError);  // record reaches into next
  CHECK_THROWS_AS(read_all(with(kBatch, 65, "7e"), unchecked), kt::DecodeError);  // key too long
  CHECK_THROWS_AS(read_all(with(kSetV0, 18, "0000ffff"), unchecked),
                  kt::DecodeError);  // key too long
  CHECK_THROWS_AS(read_all(with(kSetV0, 18, "fffffffe"), unchecked),
                  kt::DecodeError);  // key of -2 bytes
  CHECK_THROWS_AS(read_all(with(kWrapperV0, 17, "03"), unchecked),
                  kt::DecodeError);  // gzip called lz4
  CHECK_THROWS_AS(read_all(with(kWrapperV0, 17, "04"), unchecked), kt::DecodeError);  // zstd in v0
  CHECK_THROWS_AS(read_all(kWrapperV1, {.limit_bytes = 10}), kt::DecodeError);
}
