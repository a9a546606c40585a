#include "output/stream/record_reader.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "output/stream/record_writer.h"

using namespace kt;
using namespace kt::stream;

namespace {

/// What was read, owned.
struct Owned {
  std::optional<std::string> key, value;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
  std::optional<int32_t> partition;
  std::optional<int64_t> timestamp_ms;
  int64_t number = 0;
  bool operator==(const Owned&) const = default;
};

std::optional<std::string> own(const Bytes& bytes) {
  if (!bytes) return std::nullopt;
  return std::string(*bytes);
}

std::vector<Owned> read_all(std::string input, RecordReaderOptions options,
                            size_t piece = 1 << 20) {
  size_t at = 0;
  auto reader = make_record_reader(
      [&](char* out, size_t size) {
        size_t count = std::min({size, piece, input.size() - at});
        std::memcpy(out, input.data() + at, count);
        at += count;
        return count;
      },
      options);
  std::vector<Owned> records;
  InputRecord record;
  while (reader->next(record)) {
    Owned owned{own(record.key),  own(record.value),   {},
                record.partition, record.timestamp_ms, record.number};
    for (const auto& header : record.headers)
      owned.headers.emplace_back(header.key, own(header.value));
    records.push_back(std::move(owned));
  }
  return records;
}

std::vector<std::string> values(const std::string& input, size_t piece) {
  std::vector<std::string> values;
  for (const auto& record : read_all(input, {}, piece)) values.push_back(*record.value);
  return values;
}

std::string error_of(std::string input, std::string format) {
  try {
    read_all(std::move(input), {.format = std::move(format)});
  } catch (const InputError& error) {
    return error.message();
  }
  return "no error";
}

}  // namespace

TEST_CASE("lines: the last needs no line feed, a carriage return stays, an empty line is a value") {
  using Lines = std::vector<std::string>;
  for (size_t piece : {1, 2, 3, 1000}) {
    CHECK(values("a\nbc\n", piece) == Lines{"a", "bc"});
    CHECK(values("a\nbc", piece) == Lines{"a", "bc"});
    CHECK(values("a\r\n\nb", piece) == Lines{"a\r", "", "b"});
    CHECK(values("", piece) == Lines{});
    CHECK(values("\n", piece) == Lines{""});
  }
}

TEST_CASE("lines longer than a block are read whole") {
  std::string line(5 << 20, 'x');
  auto read = values(line + "\ny\n" + line, 1 << 16);
  REQUIRE(read.size() == 3);
  CHECK(read[0] == line);
  CHECK(read[1] == "y");
  CHECK(read[2] == line);
}

TEST_CASE("keys end at the first separator; the null text is null") {
  auto records = read_all("a\tb\tc\n-\t-\n\t\n", {.key_separator = "\t", .null_text = "-"});
  REQUIRE(records.size() == 3);
  CHECK(records[0].key == "a");
  CHECK(records[0].value == "b\tc");
  CHECK(records[1].key == std::nullopt);
  CHECK(records[1].value == std::nullopt);
  CHECK(records[2].key == "");
  CHECK(records[2].value == "");
  CHECK(records[2].number == 3);
  CHECK(read_all("k=>v", {.key_separator = "=>"})[0].value == "v");
}

TEST_CASE("a line without the separator is an error that names it") {
  try {
    read_all("a:b\nc\n", {.key_separator = ":"});
    FAIL("no error");
  } catch (const InputError& error) {
    CHECK(error.message() == "stdin, line 2: no \":\" between key and value");
  }
}

TEST_CASE("jsonl: every member that a record has, in any order and with blanks") {
  auto records = read_all(
      "\xef\xbb\xbf{ \"value\" : \"v\" , \"offset\": 12, \"x\":[1,{\"y\":null}], \"partition\": 7,"
      " \"timestamp_ms\": 5, \"headers\": [ {\"key\":\"a\",\"value\":null}, "
      "{\"key\":\"a\",\"value\":{\"base64\":\"/w==\"}} ], \"key\": null }\r\n\n{\"value\":null,"
      "\"timestamp_ms\":null}",
      {.format = "jsonl"});
  REQUIRE(records.size() == 2);
  CHECK(records[0].value == "v");
  CHECK(records[0].key == std::nullopt);
  CHECK(records[0].partition == 7);
  CHECK(records[0].timestamp_ms == 5);
  REQUIRE(records[0].headers.size() == 2);
  CHECK(records[0].headers[0].second == std::nullopt);
  CHECK(records[0].headers[1].second == "\xff");
  CHECK(records[1].value == std::nullopt);
  CHECK(records[1].timestamp_ms == -1);
  CHECK(records[1].partition == std::nullopt);
  CHECK(records[1].number == 3);
}

TEST_CASE("jsonl: escapes are decoded") {
  auto records =
      read_all(R"({"value":"a\"\\\/\b\f\n\r\t\u00e9\u20ac\ud83d\ude00z"})", {.format = "jsonl"});
  CHECK(records.at(0).value == "a\"\\/\b\f\n\r\t\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z");
}

TEST_CASE("jsonl: errors name line and column") {
  CHECK(error_of("{\"value\":\"a\"}\n{\"value\":1}\n", "jsonl") ==
        "stdin, line 2, column 10: value must be a string, null or {\"base64\":\"...\"}");
  CHECK(error_of("x", "jsonl") == "stdin, line 1, column 1: expected { that opens an object");
  CHECK(error_of("{}", "jsonl") ==
        "stdin, line 1, column 3: the object has no \"value\" (null makes a tombstone)");
  CHECK(error_of("{\"value\":\"a}", "jsonl") == "stdin, line 1, column 10: this string has no end");
  CHECK(error_of("{\"value\":\"a\\\"}", "jsonl") ==
        "stdin, line 1, column 10: this string has no end");
  CHECK(error_of("{\"value\":\"\\ud800\"}", "jsonl") ==
        "stdin, line 1, column 11: half of a surrogate pair");
  CHECK(error_of("{\"value\":null} x", "jsonl") ==
        "stdin, line 1, column 16: more text after the object");
  CHECK(error_of("{\"value\":{\"base64\":\"*\"}}", "jsonl") ==
        "stdin, line 1, column 20: this is not base64");
  CHECK(error_of("{\"value\":null,\"partition\":-1}", "jsonl") ==
        "stdin, line 1, column 27: expected a whole number from 0 to 2147483647");
  std::string deep = "{\"x\":" + std::string(500, '[');
  CHECK(error_of(deep, "jsonl").ends_with("nested too deeply"));
}

TEST_CASE("framed: any split of the input gives the same records; a torn end is an error") {
  std::string input("\0\0\0\2k1\0\0\0\3abc\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0\0\0\0\1x", 30);
  for (size_t piece : {1, 3, 7, 100}) {
    auto records = read_all(input, {.format = "framed"}, piece);
    REQUIRE(records.size() == 3);
    CHECK(records[0].key == "k1");
    CHECK(records[0].value == "abc");
    CHECK(records[1].key == std::nullopt);
    CHECK(records[1].value == std::nullopt);
    CHECK(records[2].key == "");
    CHECK(records[2].value == "x");
  }
  CHECK(error_of(input.substr(0, 26), "framed") == "stdin, record 3: the input ends inside of it");
  CHECK(error_of("HTTP/1.1 200", "framed") ==
        "stdin, record 1: 1213486160 is no length of a key or value");
  CHECK(error_of(std::string("\xff\xff\xff\xfe", 4), "framed") ==
        "stdin, record 1: -2 is no length of a key or value");
}

TEST_CASE("what jsonl and framed print is read back byte for byte") {
  std::mt19937 random(7);
  auto bytes = [&](size_t most) -> std::optional<std::string> {
    if (random() % 5 == 0) return std::nullopt;
    std::string text(random() % most, 0);
    bool ascii = random() % 2 == 0;
    for (char& c : text) c = static_cast<char>(ascii ? random() % 128 : random());
    return text;
  };
  std::vector<Owned> wanted(300);
  OutputBuffer jsonl, framed;
  auto json_writer = make_record_writer({.format = "jsonl"});
  auto framed_writer = make_record_writer({.format = "framed"});
  for (size_t i = 0; i < wanted.size(); ++i) {
    auto& owned = wanted[i];
    owned.key = bytes(40);
    owned.value = bytes(300);
    for (size_t n = random() % 4; n > 0; --n)
      owned.headers.emplace_back(bytes(5).value_or("same"), bytes(10));
    owned.partition = static_cast<int32_t>(random() % 9);
    owned.timestamp_ms = static_cast<int64_t>(random() % 3) - 1;
    owned.number = static_cast<int64_t>(i) + 1;
    std::vector<Header> headers;
    for (const auto& [key, value] : owned.headers) headers.push_back({key, value});
    Record record{.topic = "t",
                  .partition = *owned.partition,
                  .timestamp_ms = *owned.timestamp_ms,
                  .key = owned.key,
                  .value = owned.value,
                  .headers = headers};
    json_writer->write(jsonl, record);
    framed_writer->write(framed, record);
  }
  CHECK(read_all(std::string(jsonl.view()), {.format = "jsonl"}, 777) == wanted);
  for (auto& owned : wanted) {
    owned.headers.clear();
    owned.partition.reset();
    owned.timestamp_ms.reset();
  }
  CHECK(read_all(std::string(framed.view()), {.format = "framed"}, 777) == wanted);
}
