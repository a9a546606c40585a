// Writes the plain nested structs of one description.
#include <map>

#include "output.h"

namespace kt::generator {
namespace {

/// `ListOffsetsRequest::Topic` → `ListOffsetsRequest_Topic`. Structs are declared one after
/// another, and `Topic` is an alias inside, because Clang does not take a nested struct for
/// constructible before the outer one is complete.
std::string flat_name(const Struct& structure) {
  std::string out = structure.name;
  for (size_t at; (at = out.find("::")) != std::string::npos;) out.replace(at, 2, "_");
  return out;
}

std::string value_type(const Field& field) {
  static const std::map<std::string, std::string> kTypes{
      {"bool", "bool"},          {"int8", "int8_t"},       {"int16", "int16_t"},
      {"int32", "int32_t"},      {"int64", "int64_t"},     {"uint16", "uint16_t"},
      {"uint32", "uint32_t"},    {"float64", "double"},    {"uuid", "Uuid"},
      {"string", "std::string"}, {"bytes", "std::string"}, {"records", "std::string_view"}};
  if (field.structure) return flat_name(*field.structure);
  return kTypes.at(field.type);
}

/// A nullable member that is not null by default starts as the empty value, as in Kafka.
std::string initial_value(const Field& field) {
  if (field.initial == "-2147483648") return "{INT32_MIN}";
  if (field.initial == "null" || (field.type == "records" && !field.array)) return "{}";
  if (!field.initial.empty()) return "{" + field.initial + "}";
  return field.nullable ? "{std::in_place}" : "{}";
}

std::string range(Versions versions) {
  if (versions.first > versions.last) return "none";
  if (versions.last == kOpen) return std::to_string(versions.first) + "+";
  if (versions.first == versions.last) return std::to_string(versions.first);
  return std::to_string(versions.first) + "-" + std::to_string(versions.last);
}

void write_struct(std::string& out, const Struct& structure, const Message& message,
                  const std::string& members) {
  for (const auto& nested : structure.structs) write_struct(out, *nested, message, "");
  out += "struct " + flat_name(structure) + " {\n";
  for (const auto& nested : structure.structs)
    out += "  using " + nested->plain_name + " = " + flat_name(*nested) + ";\n";
  for (const auto& field : structure.fields) {
    out += "  " + member_type(field) + " " + field.name + initial_value(field) + ";";
    std::string note = field.note;
    if (field.versions.first > 0 || field.versions.last < kOpen)
      note = "v" + range(field.versions) + (note.empty() ? "" : "; " + note);
    if (!note.empty()) out += "  ///< " + note;
    out += "\n";
  }
  if (message.flexible_from != kOpen) out += "  UnknownTags unknown_tags{};\n";
  out += members + "};\n\n";
}

}  // namespace

std::string member_type(const Field& field) {
  std::string type = value_type(field);
  if (field.array) type = "std::vector<" + type + ">";
  if (field.nullable || field.type == "records") type = "std::optional<" + type + ">";
  return type;
}

std::string header(const File& file) {
  std::string out = "// Made from " + file.stem + ".api. " + file.head + "\n#pragma once\n\n";
  out +=
      "#include <cstdint>\n#include <optional>\n#include <string>\n#include "
      "<string_view>\n#include <vector>\n\n";
  out += "#include \"base/uuid.h\"\n#include \"protocol/unknown_tags.h\"\n\n";
  out += "namespace kt {\nstruct Api;\nstruct MessageTable;\n\nnamespace msg {\n\n";
  if (!file.api.empty()) out += "struct " + file.api + "Response;\n\n";
  for (const auto& message : file.messages) {
    std::string members;
    if (message.kind == "request") members += "  using Response = " + message.name + "Response;\n";
    if (message.kind != "data") members += "  static const Api& api();\n";
    members += "  static const MessageTable& table();\n";
    write_struct(out, *message.root, message, members);
  }
  return out + "}  // namespace msg\n}  // namespace kt\n";
}

}  // namespace kt::generator
