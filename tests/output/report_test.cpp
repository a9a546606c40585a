#include "output/report.h"

#include <doctest/doctest.h>

#include <limits>

#include "output/json.h"

using namespace kt;

namespace {

const Schema kTopics = {"topics",
                        {{"topic", "TOPIC"},
                         {"partitions", "PARTITIONS", Kind::integer},
                         {"size_bytes", "SIZE", Kind::size_bytes},
                         {"replicas", "REPLICAS", Kind::integers},
                         {"internal", "INTERNAL", Kind::boolean}}};

const Schema kNested = {
    "topics",
    {{"topic", "TOPIC"},
     {"topic_id", "ID"},
     {"partitions",
      "PARTITIONS",
      Kind::rows,
      {},
      {{"partition", "PARTITION", Kind::integer}, {"leader", "LEADER", Kind::integer}}}},
    {{"cluster_id", "CLUSTER"}}};

std::string stderr_text;

std::string printed(const Schema& schema, Format format, const std::vector<Row>& rows,
                    std::vector<ItemError> errors = {}) {
  std::string out;
  stderr_text.clear();
  Sink sink(out), err(stderr_text);
  Report report(schema, {format, true}, sink, err);
  for (const auto& row : rows) report.row(row);
  for (auto& error : errors) report.error(std::move(error));
  report.finish();
  return out;
}

}  // namespace

TEST_CASE("a table aligns by display width, numbers to the right, null as a dash") {
  CHECK(printed(kTopics, Format::table,
                {{"orders", 12, 1536, std::vector<int>{1, 2, 3}, false},
                 {"東京", 3, nullptr, Value::List{}, true}}) ==
        "TOPIC   PARTITIONS     SIZE  REPLICAS  INTERNAL\n"
        "orders          12  1.5 KiB  1,2,3     no\n"
        "東京             3        -  -         yes\n");
}

TEST_CASE("a column of any kind writes what the value is") {
  const Schema any = {"values", {{"value", "VALUE", Kind::any}}};
  const std::vector<Row> rows = {{true},   {7},
                                 {0.5},    {std::numeric_limits<double>::quiet_NaN()},
                                 {"a,b"},  {Value::List{1, "x", nullptr, Value::List{2.5}}},
                                 {nullptr}};
  CHECK(printed(any, Format::jsonl, rows) ==
        "{\"value\":true}\n{\"value\":7}\n{\"value\":0.5}\n{\"value\":null}\n"
        "{\"value\":\"a,b\"}\n{\"value\":[1,\"x\",null,[2.5]]}\n{\"value\":null}\n");
  CHECK(printed(any, Format::csv, rows) == "value\ntrue\n7\n0.5\nnan\n\"a,b\"\n\"1,x,,2.5\"\n\n");
  CHECK(printed(any, Format::table, rows) == "VALUE\nyes\n7\n0.50\nnan\na,b\n1,x,-,2.50\n-\n");
}

TEST_CASE("an empty table prints nothing") { CHECK(printed(kTopics, Format::table, {}) == ""); }

TEST_CASE("names from others cannot move a terminal's cursor") {
  auto text = printed({"topics", {{"topic", "TOPIC"}}}, Format::table, {{"a\x1b[2Jb\u202e"}});
  CHECK(text == "TOPIC\na\\x1b[2Jb\\u202e\n");
}

TEST_CASE("JSON is one object with errors always there") {
  CHECK(printed(kTopics, Format::json, {}) == "{\"topics\":[],\"errors\":[]}\n");
  CHECK(
      printed(kTopics, Format::json, {{"a", 1, nullptr, std::vector<int>{1}, true}},
              {{{{"topic", "b"}}, 3, "UNKNOWN_TOPIC_OR_PARTITION", "no such topic"}}) ==
      "{\"topics\":[\n"
      "{\"topic\":\"a\",\"partitions\":1,\"size_bytes\":null,\"replicas\":[1],\"internal\":true}\n"
      "],\"errors\":[{\"topic\":\"b\",\"code\":3,\"error\":\"UNKNOWN_TOPIC_OR_PARTITION\","
      "\"message\":\"no such topic\"}]}\n");
  CHECK(stderr_text == "kt: topic \"b\": no such topic (UNKNOWN_TOPIC_OR_PARTITION)\n");
}

TEST_CASE("an item error keeps broker zero's code as null and numbers as numbers") {
  auto text = printed(kTopics, Format::json, {},
                      {{{{"topic", "b"}, {"partition", 3}}, 0, "", "no leader"}});
  CHECK(text.find("{\"topic\":\"b\",\"partition\":3,\"code\":null,\"error\":null,\"message\":\"no "
                  "leader\"}") != std::string::npos);
  CHECK(stderr_text == "kt: topic \"b\", partition 3: no leader\n");
}

TEST_CASE("nested rows: blocks in a table, objects in JSON, repeated outer cells in CSV") {
  Row row = {"orders", nullptr, Value::List{Value::List{0, 1}, Value::List{1, 10}}};
  CHECK(printed(kNested, Format::table, {row}) ==
        "orders  id -\n"
        "  PARTITION  LEADER\n"
        "          0       1\n"
        "          1      10\n");
  CHECK(printed(kNested, Format::json, {row}) ==
        "{\"topics\":[\n"
        "{\"topic\":\"orders\",\"topic_id\":null,\"partitions\":[{\"partition\":0,\"leader\":1},{"
        "\"partition\":1,\"leader\":10}]}\n"
        "],\"cluster_id\":null,\"errors\":[]}\n");
  CHECK(printed(kNested, Format::csv, {row, {"empty", "x", Value::List{}}}) ==
        "topic,topic_id,partition,leader\n"
        "orders,,0,1\n"
        "orders,,1,10\n"
        "empty,x,,\n");
}

TEST_CASE("CSV quotes what RFC 4180 quotes, TSV escapes tabs and line ends") {
  Schema schema = {"rows", {{"a", "A"}, {"b", "B"}}};
  CHECK(printed(schema, Format::csv, {{"x,\"y\"", "two\nlines"}, {"plain", nullptr}}) ==
        "a,b\n\"x,\"\"y\"\"\",\"two\nlines\"\nplain,\n");
  CHECK(printed(schema, Format::tsv, {{"x\ty", "two\nlines\\"}}) ==
        "a\tb\nx\\ty\ttwo\\nlines\\\\\n");
}

TEST_CASE("JSON lines are one object each") {
  CHECK(printed({"r", {{"n", "N", Kind::integer}}}, Format::jsonl, {{1}, {nullptr}}) ==
        "{\"n\":1}\n{\"n\":null}\n");
}

TEST_CASE("bytes that are not UTF-8 become base64, unsafe characters are escaped") {
  CHECK(printed({"r", {{"key", "KEY"}}}, Format::jsonl, {{"\xff\x00"}, {"q\"\\\n\u202e\x7f"}}) ==
        "{\"key\":{\"base64\":\"/w==\"}}\n{\"key\":\"q\\\"\\\\\\n\\u202e\\u007f\"}\n");
}

TEST_CASE("64-bit numbers and shortest floating point are exact in JSON") {
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  json.integer(std::numeric_limits<int64_t>::min());
  json.real(0.1);
  json.real(std::numeric_limits<double>::infinity());
  json.end_array();
  CHECK(out == "[-9223372036854775808,0.1,null]");
}

TEST_CASE("a row with too few values is refused") {
  std::string out;
  Sink sink(out);
  Report report(kTopics, {Format::json}, sink, sink);
  CHECK_THROWS(report.row({"a"}));
}

TEST_CASE("the JSON Schema names every key of the answer") {
  auto text = json_schema(kNested, "kt topic describe");
  for (auto key : {"\"topics\"", "\"topic_id\"", "\"partition\"", "\"leader\"", "\"cluster_id\"",
                   "\"errors\"", "\"base64\""})
    CHECK(text.find(key) != std::string::npos);
}
