#include "offsets/positions_file.h"

#include <doctest/doctest.h>

#include "base/error.h"

using namespace kt;

namespace {

std::vector<FilePosition> parse(std::string_view text) {
  return parse_positions(text, guess_format(text), "f");
}

std::string csv(const FilePosition& position, bool with_group) {
  std::string line;
  append_csv_line(line, position, with_group);
  return line;
}

}  // namespace

TEST_CASE("the three layouts are told apart and read alike") {
  std::vector<FilePosition> wanted = {{"g", {"a", 0}, 7}, {"g", {"b", 12}, 9}};
  CHECK(parse("\xef\xbb\xbf/consumers/g/offsets/a/0:7\r\n\r\n/consumers/g/offsets/b/12:9") ==
        wanted);
  CHECK(parse("g,a,0,7\n\"g\",\"b\",12,9\n") == wanted);
  CHECK(parse(R"({"offsets":[{"group":"g","topic":"a","partition":0,"offset":7,"more":[]},
      {"group":"g","topic":"b","partition":12,"offset":9,"metadata":""}],"errors":[]})") == wanted);
}

TEST_CASE("a group may have colons, commas and quotes in its name") {
  CHECK(parse("/consumers/a:b/offsets/t/0:7") == std::vector<FilePosition>{{"a:b", {"t", 0}, 7}});
  FilePosition odd{"a,\"b\"", {"t", 0}, 7};
  CHECK(csv(odd, true) == "\"a,\"\"b\"\"\",t,0,7\n");
  CHECK(parse(csv(odd, true)) == std::vector<FilePosition>{odd});
}

TEST_CASE(
    "CSV is quoted as Jackson does: what is longer than 24 characters, and what has a blank") {
  CHECK(csv({"", {std::string(24, 'x'), 0}, 7}, false) == std::string(24, 'x') + ",0,7\n");
  CHECK(csv({"", {std::string(25, 'x'), 0}, 7}, false) == '"' + std::string(25, 'x') + "\",0,7\n");
  CHECK(csv({"a b", {"t-1.x_y", 0}, 7}, true) == "\"a b\",t-1.x_y,0,7\n");
}

TEST_CASE("what cannot be taken whole is refused with its place") {
  auto complaint = [](std::string_view text) {
    try {
      parse(text);
    } catch (const Error& error) {
      CHECK(error.exit() == Exit::usage);
      return error.message();
    }
    return std::string("taken");
  };
  CHECK(complaint("t,0,1\nt,0") ==
        "f:2:1: 2 fields where topic,partition,offset or "
        "group,topic,partition,offset is wanted");
  CHECK(complaint("t,0,1\nt,1,-5") == "f:2:5: \"-5\" is no offset");
  CHECK(complaint("t,0,1\ng,t,1,5") == "f:2:1: lines with and without a group");
  CHECK(complaint("t,0,1\nt,0,2") == "f: partition 0 of \"t\" stands there twice");
  CHECK(complaint("\"t,0,1") == "f:1:1: a quote that does not end");
  CHECK(complaint("/consumers/g/offsets/t/1-0:4096") ==
        "f:1:24: \"1-0\" is a partition of Kafka 0.7, whose positions later releases do not have");
  CHECK(
      complaint("/brokers/ids/1:2").starts_with("f:1:1: \"/brokers/ids/1:2\" is not of the form"));
  CHECK(complaint(R"({"offsets":[{"group":"g","topic":"t","partition":0}]})") ==
        "f: offsets[0]: \"offset\" is missing");
  CHECK(complaint(R"({"offsets":[{"group":"g","topic":"t","partition":0,"offset":1.5}]})") ==
        "f: offsets[0]: offset: a whole number is needed, not a number");
}
