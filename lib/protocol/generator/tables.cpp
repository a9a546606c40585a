// Writes the tables that the interpreter walks.
#include <algorithm>
#include <map>

#include "output.h"

namespace kt::generator {
namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string range(Versions versions) {
  return "{" + std::to_string(versions.first) + ", " + std::to_string(versions.last) + "}";
}

/// `ListOffsetsRequest::Topic` → `kListOffsetsRequest_Topic`.
std::string table_name(const Struct& structure) {
  std::string out = "k" + structure.name;
  for (size_t at; (at = out.find("::")) != std::string::npos;) out.replace(at, 2, "_");
  return out;
}

int least_size(const Struct& structure, const Message& message, int version);

/// The fewest bytes that a field takes on the wire in a version.
int least_size(const Field& field, const Message& message, int version) {
  static const std::map<std::string, int> kSizes{{"bool", 1},   {"int8", 1},    {"int16", 2},
                                                 {"int32", 4},  {"int64", 8},   {"uint16", 2},
                                                 {"uint32", 4}, {"float64", 8}, {"uuid", 16}};
  if (!field.versions.contains(version) || field.tag >= 0) return 0;
  bool flexible = version >= message.flexible_from && !field.inflexible;
  if (field.array || field.type == "bytes" || field.type == "records") return flexible ? 1 : 4;
  if (field.type == "string") return flexible ? 1 : 2;
  if (!field.structure) return kSizes.at(field.type);
  return field.nullable ? 1 : least_size(*field.structure, message, version);
}

int least_size(const Struct& structure, const Message& message, int version) {
  int size = version >= message.flexible_from ? 1 : 0;
  for (const auto& field : structure.fields) size += least_size(field, message, version);
  return size;
}

int least_size_over_versions(const Struct& structure, const Message& message) {
  int least = kOpen;
  for (int version = message.versions.first; version <= message.versions.last; ++version)
    if (int size = least_size(structure, message, version); size > 0) least = std::min(least, size);
  return least == kOpen ? 1 : least;
}

std::string field_type(const Field& field) {
  if (field.structure) return "structure";
  return field.type == "bool" ? "boolean" : field.type;
}

std::string initial(const Field& field) {
  if (field.initial.empty() || field.initial == "null" || field.initial == "false") return "0";
  return field.initial == "true" ? "1" : field.initial;
}

void write_field(std::string& out, const Struct& structure, const Field& field) {
  bool held = field.array || (field.structure && field.nullable);
  bool records = field.type == "records" && !field.array;
  out += "    {.name = " + quoted(field.json_name);
  if (!field.note.empty()) out += ", .note = " + quoted(field.note);
  if (field.structure) out += ", .structure = &" + table_name(*field.structure);
  if (held)
    out += ", .holder = &HolderOf<decltype(" + structure.name + "::" + field.name + ")>::holder";
  if (initial(field) != "0") out += ", .initial = " + initial(field);
  out += ", .offset = offsetof(" + structure.name + ", " + field.name + ")";
  out +=
      ", .versions = " + range(field.versions) + ", .null_versions = " + range(field.null_versions);
  if (field.tag >= 0) out += ", .tag = " + std::to_string(field.tag);
  out += ", .type = FieldType::" + field_type(field);
  if (field.array) out += ", .array = true";
  if (field.nullable || records) out += ", .nullable = true";
  if (field.ignorable) out += ", .ignorable = true";
  if (field.inflexible) out += ", .inflexible = true";
  if (field.initial == "null" || records) out += ", .null_by_default = true";
  out += "},\n";
}

void write_struct(std::string& out, const Struct& structure, const Message& message) {
  for (const auto& nested : structure.structs) write_struct(out, *nested, message);
  std::string name = table_name(structure);
  if (!structure.fields.empty()) {
    out += "constexpr FieldTable " + name + "_fields[]{\n";
    for (const auto& field : structure.fields) write_field(out, structure, field);
    out += "};\n";
  }
  out +=
      "constexpr StructTable " + name + "{.name = " + quoted(structure.plain_name) + ", .fields = ";
  out += structure.fields.empty() ? "{}" : name + "_fields";
  out += ", .size = sizeof(" + structure.name + ")";
  out += ", .least_wire_size = " + std::to_string(least_size_over_versions(structure, message));
  if (message.flexible_from != kOpen)
    out += ", .unknown_tags_offset = offsetof(" + structure.name + ", unknown_tags)";
  out += "};\n";
}

void write_message(std::string& out, const Message& message) {
  const std::string& type = message.root->name;
  out +=
      "const MessageTable& " + type + "::table() {\n  static constexpr MessageTable table{.name = ";
  out += quoted(message.name) + ", .summary = " + quoted(message.summary) + ", .root = &" +
         table_name(*message.root);
  out += ", .key = " + std::to_string(message.key) + ", .kind = MessageKind::" + message.kind;
  out += ", .versions = " + range(message.versions) +
         ", .flexible_from = " + std::to_string(message.flexible_from);
  out += ", .create = []() -> void* { return new " + type + "; }";
  out += ", .destroy = [](void* message) { delete static_cast<" + type + "*>(message); }};\n";
  out += "  return table;\n}\n";
  if (message.kind != "data")
    out += "const Api& " + type + "::api() { return *find_api(int16_t{" +
           std::to_string(message.key) + "}); }\n";
}

}  // namespace

std::string tables(const std::vector<const File*>& files) {
  std::string out = "// Made from the .api files.\n#include \"protocol/holders.h\"\n";
  for (const File* file : files) out += "#include \"protocol/msg/" + file->stem + ".h\"\n";
  // Members are vectors and optionals, so offsetof is only conditionally supported: gcc and clang
  // support it.
  out += "\n#pragma GCC diagnostic ignored \"-Winvalid-offsetof\"\n\nnamespace kt::msg {\n";
  for (const File* file : files)
    for (const auto& message : file->messages) {
      out += "namespace {\n";
      write_struct(out, *message.root, message);
      out += "}\n";
      write_message(out, message);
    }
  return out + "}  // namespace kt::msg\n";
}

std::string lists(const std::vector<File>& files) {
  std::string out = "// Made from the .api files.\n#include \"protocol/schema.h\"\n";
  std::map<int, std::string> rows;
  std::map<std::string, std::string> data;
  for (const auto& file : files) {
    out += "#include \"protocol/msg/" + file.stem + ".h\"\n";
    for (const auto& message : file.messages) {
      if (message.kind == "data")
        data[message.name] = "      &msg::" + message.name + "::table(),\n";
      if (message.kind != "request") continue;
      rows[message.key] =
          "      {.key = " + std::to_string(message.key) + ", .name = " + quoted(message.name) +
          ", .summary = " + quoted(message.summary) +
          ", .min_version = " + std::to_string(message.versions.first) +
          ", .max_version = " + std::to_string(message.versions.last) +
          ", .stable_version = " + std::to_string(message.stable_last) +
          ", .flexible_from = " + std::to_string(message.flexible_from) +
          ", .route = Route::" + message.route + ", .request = &msg::" + message.name +
          "Request::table(), .response = &msg::" + message.name + "Response::table()},\n";
    }
  }
  out += "\nnamespace kt {\n\nstd::span<const Api> apis() {\n  static const Api list[]{\n";
  for (const auto& [key, row] : rows) out += row;
  out += "  };\n  return list;\n}\n\nstd::span<const MessageTable* const> data_messages() {\n";
  out += "  static const MessageTable* const list[]{\n";
  for (const auto& [name, row] : data) out += row;
  return out + "  };\n  return list;\n}\n\n}  // namespace kt\n";
}

}  // namespace kt::generator
