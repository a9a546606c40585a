#include "base/text.h"
#include "cli/context.h"
#include "protocol/messages.h"

namespace kt {
namespace {

std::string ranged(Versions versions, int16_t last) {
  if (versions.empty()) return "";
  if (versions.last >= last) return std::to_string(versions.first) + "+";
  if (versions.first == versions.last) return std::to_string(versions.first);
  return std::to_string(versions.first) + "-" + std::to_string(versions.last);
}

/// What a field starts with; nothing where that is zero or empty.
Value initial(const FieldTable& field) {
  if (field.null_by_default) return "null";
  if (field.type == FieldType::boolean && field.initial) return "true";
  return field.initial ? Value(std::to_string(field.initial)) : Value();
}

class PrintMessageSchema : public Invocation {
  std::string name_, version_;
  bool request_ = false, response_ = false;

  std::vector<Argument> arguments() override {
    return {{"NAME", "", "An API (ListOffsets, list-offsets) or a data message", &name_},
            {"[VERSION]", "", "Only the fields of this version", &version_},
            {"--request", "", "The request only", &request_},
            {"--response", "", "The response only", &response_}};
  }

  Exit run(Context& context) override {
    NamedMessage message = find_message(name_, false);
    if (!version_.empty()) message = find_message(name_, version_, false);
    const MessageTable& table = *message.table;
    auto& report = context.report();
    report.set("name", table.name);
    report.set("key", table.key < 0 ? Value() : Value(table.key));
    report.set("summary", table.summary);
    report.set("versions", ranged(table.versions, INT16_MAX));
    bool flexible = table.flexible_from <= table.versions.last;
    report.set("flexible",
               flexible ? Value(ranged({table.flexible_from, INT16_MAX}, INT16_MAX)) : Value());
    report.set("route", message.api ? Value(route_name(message.api->route)) : Value());
    if (!message.api) print(report, message, table, "data");
    if (message.api && !response_) print(report, message, *message.api->request, "request");
    if (message.api && (!request_ || response_))
      print(report, message, *message.api->response, "response");
    return Exit::ok;
  }

  void print(Report& report, const NamedMessage& message, const MessageTable& table,
             const char* kind) {
    print(report, message, *table.root, table.versions, kind, "");
  }

  void print(Report& report, const NamedMessage& message, const StructTable& structure,
             Versions outer, const char* kind, const std::string& path) {
    for (const auto& field : structure.fields) {
      Versions versions{std::max(field.versions.first, outer.first),
                        std::min(field.versions.last, outer.last)};
      if (!version_.empty() && !versions.contains(message.version)) continue;
      std::string name = path + std::string(field.name);
      std::string type(field.structure ? field.structure->name : type_name(field.type));
      if (field.array) type = "[" + type + "]", name += "[]";
      int16_t last = message.table->versions.last;
      Versions null{std::max(field.null_versions.first, versions.first),
                    std::min(field.null_versions.last, versions.last)};
      report.row({kind, name, type, ranged(versions, last),
                  null.empty() ? Value() : Value(ranged(null, last)),
                  field.tag < 0 ? Value() : Value(field.tag), initial(field), field.ignorable,
                  field.note.empty() ? Value() : Value(field.note)});
      if (field.structure) print(report, message, *field.structure, versions, kind, name + ".");
    }
  }
};

}  // namespace

extern const Command protocol_schema;
const Command protocol_schema{
    .words = "protocol schema",
    .summary = "Explain the fields and versions of a message",
    .text =
        "Every version from the first that was ever released: fields with their types, the "
        "versions that carry "
        "them, where they may be null, and their defaults where those are not zero or empty. A "
        "field that is "
        "ignorable is dropped by versions that lack it; any other one is an error there, unless at "
        "its default.",
    .examples = {{"kt protocol schema ListOffsets", "request and response in all versions"},
                 {"kt protocol schema metadata 9 --response", "the fields of one version"},
                 {"kt protocol schema GroupMetadataValue", "a record of __consumer_offsets"}},
    .rows = {"fields",
             {{"message", "MESSAGE", Kind::text, "request, response or data"},
              {"field", "FIELD", Kind::text, "the way to it in JSON; [] marks arrays"},
              {"type", "TYPE"},
              {"versions", "VERSIONS"},
              {"null_versions", "NULL IN", Kind::text, "versions in which it may be null"},
              {"tag", "TAG", Kind::integer, "of a tagged field"},
              {"default", "DEFAULT", Kind::text, "null where it is zero or empty"},
              {"ignorable", "", Kind::boolean, "versions that lack it drop it"},
              {"note", "NOTE"}},
             {{"name", "Name"},
              {"key", "Key", Kind::integer, "the number of the API, or of the record"},
              {"summary", "Summary"},
              {"versions", "Versions"},
              {"flexible", "Flexible", Kind::text, "versions with tagged fields"},
              {"route", "Route", Kind::text, "which broker answers"}}},
    .connects = false,
    .make = make<PrintMessageSchema>,
};

}  // namespace kt
