// Segments written by real brokers; what they hold is known from what was produced
// (tests/data/segments/README.md).
#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "records/read_all.h"

namespace {

std::string segment(const std::string& name) {
  std::ifstream in(std::string(KT_SOURCE_DIR) + "/tests/data/segments/" + name, std::ios::binary);
  REQUIRE(in.good());
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string value_of(int i) {
  if (i % 10 != 9) return "value " + std::to_string(i) + " of the sample";
  std::string value;
  for (int repeat = 0; repeat < 20; ++repeat) value += "long value " + std::to_string(i) + ".";
  return value;
}

struct Sample {
  const char* file;
  int magic;
  kt::Codec codec;
};

}  // namespace

TEST_CASE(
    "segments of real brokers, formats v0, v1 and v2 with every codec, hold what was produced") {
  using kt::Codec;
  constexpr Sample kSamples[] = {
      {"0.8.2.2-none.log", 0, Codec::none},
      {"0.8.2.2-gzip.log", 0, Codec::gzip},
      {"0.8.2.2-snappy.log", 0, Codec::snappy},
      {"0.8.2.2-lz4.log", 0, Codec::lz4},
      {"0.10.2.2-none.log", 1, Codec::none},
      {"0.10.2.2-gzip.log", 1, Codec::gzip},
      {"0.10.2.2-snappy.log", 1, Codec::snappy},
      {"0.10.2.2-lz4.log", 1, Codec::lz4},
      {"1.1.1-none.log", 2, Codec::none},
      {"1.1.1-gzip.log", 2, Codec::gzip},
      {"1.1.1-snappy.log", 2, Codec::snappy},
      {"1.1.1-lz4.log", 2, Codec::lz4},
      {"4.3.0-none.log", 2, Codec::none},
      {"4.3.0-gzip.log", 2, Codec::gzip},
      {"4.3.0-snappy.log", 2, Codec::snappy},
      {"4.3.0-lz4.log", 2, Codec::lz4},
      {"4.3.0-zstd.log", 2, Codec::zstd},
      {"0.10.2.2-gzip-log-append.log", 1, Codec::gzip},
      {"4.3.0-gzip-log-append.log", 2, Codec::gzip},
  };
  for (const auto& sample : kSamples) {
    CAPTURE(sample.file);
    auto bytes = segment(sample.file);
    kt::RecordReader reader(bytes);
    int count = 0;
    bool stamped = std::string(sample.file).find("log-append") != std::string::npos;
    int64_t previous_time = -1;
    while (const kt::RecordView* view = reader.next()) {
      auto record = kt::owned(*view);
      CAPTURE(count);
      CHECK(record.offset == count);
      CHECK(record.key == "key-" + std::to_string(count % 7));
      CHECK(record.value == value_of(count));
      bool has_headers = std::string(sample.file).starts_with("4.3.0");
      CHECK(record.headers.size() == (has_headers ? 2 : 0));
      if (has_headers) {
        CHECK(record.headers[0] ==
              std::pair<std::string, std::optional<std::string>>("number", "7"));
        CHECK(record.headers[1] == std::pair<std::string, std::optional<std::string>>("empty", ""));
      }
      // Made in November 2026.
      if (sample.magic == 0) CHECK(record.timestamp_ms == -1);
      if (sample.magic > 0) CHECK(record.timestamp_ms / 10'000'000'000 == 179);
      if (stamped) CHECK(record.timestamp_ms >= previous_time);
      if (stamped) CHECK(record.timestamp_ms == reader.batch().max_timestamp_ms());
      CHECK(reader.batch().magic() == sample.magic);
      CHECK(reader.batch().codec() == sample.codec);
      CHECK((reader.batch().timestamp_type() == kt::TimestampType::log_append) == stamped);
      previous_time = record.timestamp_ms;
      ++count;
    }
    CHECK(count == 60);
    CHECK(reader.next_offset() == 60);
    CHECK(reader.tail().empty());
  }
}

TEST_CASE(
    "a real broker's transactions: read committed leaves out the aborted one, markers only on "
    "request") {
  auto bytes = segment("4.3.0-transactions.log");
  auto values = [](const std::vector<kt::OwnedRecord>& records) {
    std::string text;
    for (const auto& record : records)
      text += std::to_string(record.offset) + *record.key + *record.value + " ";
    return text;
  };
  CHECK(values(kt::read_all(bytes)) == "0t0r0 1t0r1 3t1r0 4t1r1 5t1r2 7t2r0 ");
  int64_t producer_id = kt::BatchReader(bytes).next()->producer_id();
  kt::AbortedTransactions aborted({{producer_id, 3}});
  CHECK(values(kt::read_all(bytes, {.aborted = &aborted})) == "0t0r0 1t0r1 7t2r0 ");
  CHECK(kt::read_all(bytes, {.control_records = true}).size() == 9);
}

TEST_CASE("a real segment cut off at any byte gives the records before the cut and no error") {
  for (const char* file : {"0.8.2.2-lz4.log", "0.10.2.2-snappy.log", "4.3.0-zstd.log"}) {
    auto bytes = segment(file);
    size_t last = 0;
    for (size_t size = 0; size <= bytes.size(); ++size) {
      size_t count = kt::read_all(std::string_view(bytes).substr(0, size)).size();
      CHECK(count >= last);
      last = count;
    }
    CHECK(last == 60);
  }
}
