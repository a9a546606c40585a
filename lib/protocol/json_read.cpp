// Reads messages from JSON. The only place in this layer that knows nlohmann.
#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "protocol/json.h"
#include "protocol/values.h"

namespace kt {
namespace {

using nlohmann::json;

constexpr const char* kUnknownTags = "_unknownTaggedFields";

class Reader {
 public:
  Reader(AnyMessage& message, int16_t version) : message_(message), version_(version) {}

  void structure(const StructTable& structure, void* value, const json& node, const Place* place) {
    if (!node.is_object()) fail(place, nullptr, "expected an object, not " + kind(node));
    for (const auto& [name, child] : node.items()) {
      if (name == kUnknownTags)
        read_unknown(structure, value, child, place);
      else
        field(find(structure, name, place), value, child, place);
    }
  }

 private:
  [[noreturn]] void fail(const Place* place, const FieldTable* field, const std::string& what,
                         int64_t index = -1) const {
    throw EncodeError(describe_place(message_.table(), version_, place, field, index) + ": " + what,
                      Exit::usage);
  }

  static std::string kind(const json& node) {
    std::string name = node.type_name();
    return name == "object" || name == "array" ? "an " + name : name == "null" ? name : "a " + name;
  }

  const FieldTable& find(const StructTable& structure, const std::string& name,
                         const Place* place) const {
    for (const auto& field : structure.fields) {
      if (field.name != name) continue;
      if (field.versions.contains(version_)) return field;
      bool later = version_ < field.versions.first;
      fail(place, &field,
           later ? "needs v" + std::to_string(field.versions.first) + " or later"
                 : "is gone since v" + std::to_string(field.versions.last + 1));
    }
    fail(place, nullptr, "no field is called \"" + name + "\"");
  }

  void field(const FieldTable& field, void* structure, const json& node, const Place* place) {
    void* member = member_of(structure, field);
    if (!field.holder) return value(field, member, node, place, -1);
    if (node.is_null()) {
      require_nullable(field, place);
      return field.holder->clear(member);
    }
    if (!field.array) return value(field, field.holder->make(member, 1), node, place, -1);
    if (!node.is_array()) fail(place, &field, "expected an array, not " + kind(node));
    auto element = static_cast<char*>(field.holder->make(member, node.size()));
    size_t size = element_size(field);
    for (size_t i = 0; i < node.size(); ++i, element += size)
      value(field, element, node[i], place, static_cast<int64_t>(i));
  }

  void require_nullable(const FieldTable& field, const Place* place, int64_t index = -1) const {
    if (index >= 0 || !field.null_versions.contains(version_))
      fail(place, &field, "may not be null in this version", index);
  }

  void value(const FieldTable& field, void* member, const json& node, const Place* place,
             int64_t index) {
    switch (field.type) {
      case FieldType::structure: {
        Place inner{place, &field, index};
        return structure(*field.structure, member, node, &inner);
      }
      case FieldType::boolean:
        if (!node.is_boolean())
          fail(place, &field, "expected true or false, not " + kind(node), index);
        as<bool>(member) = node.get<bool>();
        return;
      case FieldType::float64:
        as<double>(member) = number(field, node, place, index);
        return;
      case FieldType::uuid: {
        auto uuid =
            node.is_string() ? Uuid::parse(node.get_ref<const std::string&>()) : std::nullopt;
        if (!uuid) fail(place, &field, "expected a UUID of 22 characters", index);
        as<Uuid>(member) = *uuid;
        return;
      }
      case FieldType::string:
      case FieldType::bytes:
      case FieldType::records:
        return text(field, member, node, place, index);
      default:
        set_integer(field.type, member, integer(field, node, place, index));
        return;
    }
  }

  int64_t integer(const FieldTable& field, const json& node, const Place* place,
                  int64_t index) const {
    if (!node.is_number_integer())
      fail(place, &field, "expected an integer, not " + kind(node), index);
    int bits = static_cast<int>(element_size(field)) * 8;
    bool is_unsigned = field.type == FieldType::uint16 || field.type == FieldType::uint32;
    int64_t low = is_unsigned ? 0 : INT64_MIN >> (64 - bits);
    int64_t high = is_unsigned ? INT64_MAX >> (63 - bits) : INT64_MAX >> (64 - bits);
    bool too_large =
        node.is_number_unsigned() && node.get<uint64_t>() > static_cast<uint64_t>(high);
    if (too_large || (!node.is_number_unsigned() && node.get<int64_t>() < low))
      fail(place, &field, node.dump() + " does not fit " + std::string(type_name(field.type)),
           index);
    return node.get<int64_t>();
  }

  double number(const FieldTable& field, const json& node, const Place* place,
                int64_t index) const {
    if (node.is_number()) return node.get<double>();
    if (node == "NaN") return std::numeric_limits<double>::quiet_NaN();
    if (node == "Infinity") return std::numeric_limits<double>::infinity();
    if (node == "-Infinity") return -std::numeric_limits<double>::infinity();
    fail(place, &field, "expected a number, not " + kind(node), index);
  }

  void text(const FieldTable& field, void* member, const json& node, const Place* place,
            int64_t index) {
    if (node.is_null()) {
      require_nullable(field, place, index);
      if (field.type == FieldType::records)
        as<std::optional<std::string_view>>(member).reset();
      else
        as<std::optional<std::string>>(member).reset();
      return;
    }
    if (!node.is_string()) fail(place, &field, "expected a string, not " + kind(node), index);
    std::string text = node.get<std::string>();
    if (field.type != FieldType::string) {
      auto bytes = parse_base64(text);
      if (!bytes) fail(place, &field, "is not base64", index);
      text = std::move(*bytes);
    }
    if (field.type == FieldType::records)
      as<std::optional<std::string_view>>(member) = message_.keep(std::move(text));
    else if (field.nullable && index < 0)
      as<std::optional<std::string>>(member) = std::move(text);
    else
      as<std::string>(member) = std::move(text);
  }

  void read_unknown(const StructTable& structure, void* value, const json& node,
                    const Place* place) const {
    auto tags = unknown_tags(structure, value);
    if (!tags || !message_.table().flexible(version_))
      fail(place, nullptr, "this version has no tagged fields");
    if (!node.is_array())
      fail(place, nullptr, std::string(kUnknownTags) + " is " + kind(node) + ", not an array");
    for (const auto& entry : node) {
      auto tag = entry.is_object() ? entry.find("tag") : entry.end();
      auto data = entry.is_object() ? entry.find("data") : entry.end();
      bool complete = entry.is_object() && tag != entry.end() && data != entry.end() &&
                      tag->is_number_unsigned() && tag->get<uint64_t>() <= UINT32_MAX &&
                      data->is_string();
      auto bytes = complete ? parse_base64(data->get_ref<const std::string&>()) : std::nullopt;
      if (!bytes)
        fail(place, nullptr, std::string(kUnknownTags) + R"( wants {"tag": 7, "data": "base64"})");
      tags->add({tag->get<uint32_t>(), std::move(*bytes)});
    }
  }

  AnyMessage& message_;
  int16_t version_;
};

json parse(std::string_view text) {
  try {
    return json::parse(text);
  } catch (const json::exception& error) {
    // nlohmann's sentence starts with its own name in brackets.
    std::string what = error.what();
    auto start = what.find("] ");
    throw EncodeError("not JSON: " + (start == std::string::npos ? what : what.substr(start + 2)),
                      Exit::usage);
  }
}

}  // namespace

AnyMessage read_json(const MessageTable& table, std::string_view text, int16_t version) {
  if (!table.versions.contains(version))
    throw EncodeError(message_title(table, version) + ": there is no such version", Exit::usage);
  json node = parse(text);
  AnyMessage message(table);
  Reader(message, version).structure(*table.root, message.get(), node, nullptr);
  return message;
}

FrameJson split_frame_json(std::string_view text) {
  json node = parse(text);
  if (!node.is_object()) throw EncodeError("a frame is an object of header and body", Exit::usage);
  for (const auto& [name, child] : node.items())
    if (name != "header" && name != "body")
      throw EncodeError("a frame has header and body, not \"" + name + "\"", Exit::usage);
  return {node.value("header", json::object()).dump(), node.value("body", json::object()).dump()};
}

}  // namespace kt
