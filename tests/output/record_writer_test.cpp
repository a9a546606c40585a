#include "output/stream/record_writer.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "output/stream/json_text.h"

using namespace kt;
using namespace kt::stream;

namespace {

Record sample() {
  Record record;
  record.topic = "orders";
  record.partition = 3;
  record.offset = 42;
  record.timestamp_ms = 1700000000123;
  record.key = "k1";
  record.value = "v1";
  return record;
}

std::string written(const RecordWriterOptions& options, const std::vector<Record>& records) {
  auto writer = make_record_writer(options);
  OutputBuffer out;
  writer->begin(out);
  for (const auto& record : records) writer->write(out, record);
  writer->end(out, "");
  return std::string(out.view());
}

std::string as(std::string format, const Record& record) {
  return written({.format = std::move(format)}, {record});
}

std::string templated(std::string text, const Record& record, bool terminal = false) {
  return written({.format_template = std::move(text), .null_text = "NULL", .terminal = terminal},
                 {record});
}

std::string json_of(std::string_view bytes) {
  OutputBuffer out;
  append_json_bytes(out, bytes);
  return std::string(out.view());
}

}  // namespace

TEST_CASE("lines are values with a line feed, keys in front where a separator was given") {
  CHECK(as("lines", sample()) == "v1\n");
  CHECK(written({.key_separator = "::"}, {sample()}) == "k1::v1\n");
  Record nulls = sample();
  nulls.key = nulls.value = std::nullopt;
  CHECK(written({.key_separator = "\t", .null_text = "-"}, {nulls}) == "-\t-\n");
  CHECK(as("lines", nulls) == "\n");
}

TEST_CASE("a terminal sees control and bidirectional characters escaped") {
  Record record = sample();
  record.value = "a\x1b[31mb\xe2\x80\xae";
  CHECK(written({.terminal = true}, {record}) == "a\\x1b[31mb\\u202e\n");
  CHECK(templated("%v", record, true) == "a\\x1b[31mb\\u202e");
}

TEST_CASE("raw is the values' bytes and nothing else") {
  Record null = sample();
  null.value = std::nullopt;
  CHECK(written({.format = "raw"}, {sample(), null, sample()}) == "v1v1");
}

TEST_CASE("framed has lengths in front of key and value, -1 for null") {
  Record record = sample();
  CHECK(as("framed", record) == std::string("\0\0\0\2k1\0\0\0\2v1", 12));
  record.key = std::nullopt;
  record.value = "";
  CHECK(as("framed", record) == std::string("\xff\xff\xff\xff\0\0\0\0", 8));
}

TEST_CASE("plain bytes are copied up to the first that needs care, by every step width alike") {
  for (size_t size : {0, 1, 15, 16, 17, 31, 32, 33, 63, 64, 100})
    for (int special : {-1, 0x00, 0x1f, int{'"'}, int{'\\'}, 0x7f, 0x80, 0xff})
      for (size_t at = 0; at < size; at += special < 0 ? size : 1) {
        std::string text(size, 'a');
        if (special >= 0) text[at] = static_cast<char>(special);
        bool is_plain = special < 0 || special == 0x7f;
        size_t expected = is_plain ? size : at;
        for (auto* copy : {copy_plain, copy_plain_portable}) {
          std::string out(size + 32, '.');
          CAPTURE(size);
          CAPTURE(special);
          REQUIRE(copy(out.data(), text.data(), size) == expected);
          CHECK(out.substr(0, expected) == text.substr(0, expected));
        }
      }
}

TEST_CASE("jsonl has every field, null where there is none") {
  CHECK(as("jsonl", sample()) ==
        R"({"topic":"orders","partition":3,"offset":42,"timestamp_ms":1700000000123,)"
        R"("timestamp_type":"create_time","key":"k1","value":"v1","headers":[]})"
        "\n");
  Record record = sample();
  record.key = record.value = std::nullopt;
  record.timestamp_ms = -1;
  Header headers[] = {{"a", "1"}, {"a", std::nullopt}, {"\xff", "\xfe"}};
  record.headers = headers;
  CHECK(as("jsonl", record) ==
        R"({"topic":"orders","partition":3,"offset":42,"timestamp_ms":null,"timestamp_type":null,)"
        R"("key":null,"value":null,"headers":[{"key":"a","value":"1"},{"key":"a","value":null},)"
        R"({"key":{"base64":"/w=="},"value":{"base64":"/g=="}}]})"
        "\n");
}

TEST_CASE("jsonl follows partition and topic from record to record") {
  Record first = sample(), second = sample();
  second.partition = 4;
  second.log_append_time = true;
  auto text = written({.format = "jsonl"}, {first, second, first});
  CHECK(text.find("\"partition\":4") != std::string::npos);
  CHECK(text.find("log_append_time") > text.find("\"partition\":4"));
  CHECK(text.rfind("\"partition\":3") > text.find("\"partition\":4"));
}

TEST_CASE("json is one object, also without any record") {
  CHECK(written({.format = "json"}, {}) == "{\"records\":[],\"errors\":[]}\n");
  auto text = written({.format = "json"}, {sample(), sample()});
  CHECK(text.starts_with("{\"records\":[\n{\"topic\":"));
  CHECK(text.find("},\n{\"topic\"") != std::string::npos);
}

TEST_CASE("csv quotes what needs it and tells an empty value from null; tsv escapes") {
  Record record = sample();
  record.key = std::nullopt;
  record.value = "a,\"b\"\n";
  CHECK(as("csv", record) ==
        "topic,partition,offset,timestamp_ms,key,value\norders,3,42,1700000000123,,\"a,"
        "\"\"b\"\"\n\"\n");
  record.key = "";
  record.value = "a\tb\\\n";
  record.timestamp_ms = -1;
  CHECK(as("csv", record).ends_with("\norders,3,42,,\"\",\"a\tb\\\n\"\n"));
  CHECK(as("tsv", record).ends_with("\norders\t3\t42\t\t\ta\\tb\\\\\\n\n"));
}

TEST_CASE("templates have kcat's fields and escapes") {
  Record record = sample();
  Header headers[] = {{"a", "1"}, {"b", std::nullopt}};
  record.headers = headers;
  CHECK(templated("%t %p %o %k %v %h %T %K %S\\n", record) ==
        "orders 3 42 k1 v1 a=1,b=NULL 1700000000123 2 2\n");
  CHECK(templated("%R%s", record) == std::string("\0\0\0\2v1", 6));
  CHECK(templated("100%%\\t\\x41\\\\", record) == "100%\tA\\");
  record.value = std::nullopt;
  CHECK(templated("%v|%V|%R", record) == "NULL|-1|\xff\xff\xff\xff");
  CHECK_THROWS_AS(templated("%q", record), Error);
  CHECK_THROWS_AS(templated("%", record), Error);
  CHECK_THROWS_AS(templated("\\q", record), Error);
  CHECK_THROWS_AS(templated("\\x4", record), Error);
}

TEST_CASE("JSON strings escape what they must at every position") {
  for (size_t before = 0; before < 40; ++before) {
    std::string plain(before, 'x');
    CHECK(json_of(plain) == '"' + plain + '"');
    CHECK(json_of(plain + "\"\\\n\r\t\x01y") == '"' + plain + R"(\"\\\n\r\t\u0001y")");
    CHECK(json_of(plain + "\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80z") ==
          '"' + plain + "\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80z\"");
    CHECK(json_of(plain + "\xe2\x80\xae") == '"' + plain + R"(\u202e")");
  }
}

TEST_CASE("bytes that are not UTF-8 become base64 wherever they stand") {
  CHECK(json_of("\xff") == R"({"base64":"/w=="})");
  CHECK(json_of("abc\xc3") == R"({"base64":"YWJjww=="})");
  CHECK(json_of("\xed\xa0\x80") == R"({"base64":"7aCA"})");  // a surrogate
  CHECK(json_of("\xc0\x80") == R"({"base64":"wIA="})");      // overlong
  std::string large(10'000, 'a');
  CHECK(json_of(large + "\xff").starts_with(R"({"base64":"YWFh)"));
}

TEST_CASE("a character that lies across two chunks stays whole") {
  for (size_t before = 4090; before < 4100; ++before) {
    std::string text = std::string(before, 'a') + "\xf0\x9f\x98\x80" + std::string(5000, '"');
    std::string wanted = '"' + std::string(before, 'a') + "\xf0\x9f\x98\x80";
    for (int i = 0; i < 5000; ++i) wanted += "\\\"";
    CHECK(json_of(text) == wanted + '"');
  }
}

TEST_CASE("an unknown format is wrong use") {
  CHECK_THROWS_AS(make_record_writer({.format = "xml"}), Error);
}
