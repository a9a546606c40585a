// The JSON Schema of what a command prints with `-o json`, from the same description as the output
// itself.
#include "output/json.h"
#include "output/report.h"

namespace kt {
namespace {

void write_types(JsonWriter& json, std::initializer_list<std::string_view> types) {
  json.key("type");
  json.begin_array();
  for (auto type : types) json.text(type);
  json.end_array();
}

/// Text, or bytes that are not UTF-8; a list of the two forms because JSON Schema has no shorter
/// way.
void write_text(JsonWriter& json) {
  write_types(json, {"string", "object", "null"});
  json.key("properties");
  json.begin_object();
  json.key("base64");
  json.begin_object();
  json.key("type");
  json.text("string");
  json.end_object();
  json.end_object();
}

void write_object(JsonWriter& json, const std::vector<Column>& columns);

void write_column(JsonWriter& json, const Column& column) {
  json.begin_object();
  if (!column.help.empty()) {
    json.key("description");
    json.text(column.help);
  }
  switch (column.kind) {
    case Kind::text:
      write_text(json);
      break;
    case Kind::boolean:
      write_types(json, {"boolean", "null"});
      break;
    case Kind::real:
      write_types(json, {"number", "null"});
      break;
    case Kind::integer:
    case Kind::size_bytes:
    case Kind::timestamp_ms:
    case Kind::duration_ms:
      write_types(json, {"integer", "null"});
      break;
    case Kind::any:
      write_types(json, {"null", "boolean", "number", "string", "array", "object"});
      break;
    case Kind::texts:
    case Kind::integers:
    case Kind::rows: {
      write_types(json, {"array", "null"});
      json.key("items");
      if (column.kind == Kind::rows)
        write_object(json, column.columns);
      else
        write_column(json, {{}, {}, column.kind == Kind::texts ? Kind::text : Kind::integer});
    }
  }
  json.end_object();
}

void write_members(JsonWriter& json, const std::vector<Column>& columns) {
  for (const auto& column : columns) {
    json.key(column.key);
    write_column(json, column);
  }
}

void write_required(JsonWriter& json, const std::vector<Column>& columns) {
  json.key("required");
  json.begin_array();
  for (const auto& column : columns) json.text(column.key);
  json.end_array();
}

void write_object(JsonWriter& json, const std::vector<Column>& columns) {
  json.begin_object();
  json.key("type");
  json.text("object");
  json.key("properties");
  json.begin_object();
  write_members(json, columns);
  json.end_object();
  write_required(json, columns);
  json.end_object();
}

}  // namespace

std::string json_schema(const Schema& schema, std::string_view title) {
  static const std::vector<Column> kErrorColumns = {
      {"code", "", Kind::integer, "Kafka's error code; null where no broker gave one"},
      {"error", "", Kind::text, "Kafka's name of the code"},
      {"message", "", Kind::text, "One sentence"}};
  std::vector<Column> top = {{schema.name, "", Kind::rows, {}, schema.columns}};
  top.insert(top.end(), schema.fields.begin(), schema.fields.end());
  top.push_back({"errors", "", Kind::rows, "Items that failed; their names stand beside these keys",
                 kErrorColumns});

  std::string text;
  JsonWriter json(text);
  json.begin_object();
  json.key("$schema");
  json.text("https://json-schema.org/draft/2020-12/schema");
  json.key("title");
  json.text(title);
  json.key("type");
  json.text("object");
  json.key("properties");
  json.begin_object();
  write_members(json, top);
  json.end_object();
  write_required(json, top);
  json.end_object();
  return text + '\n';
}

}  // namespace kt
