// Members seen through their tables: sizes, values, defaults, equality, and the way to them in
// words.
#include "protocol/values.h"

#include <cstring>

namespace kt {
namespace {

bool equal_struct(const StructTable& structure, const void* left, const void* right);

bool equal_value(const FieldTable& field, const void* left, const void* right, bool element) {
  switch (field.type) {
    case FieldType::structure:
      return equal_struct(*field.structure, left, right);
    case FieldType::uuid:
      return as<Uuid>(left) == as<Uuid>(right);
    case FieldType::float64:
      return std::memcmp(left, right, sizeof(double)) == 0;
    case FieldType::string:
    case FieldType::bytes:
    case FieldType::records:
      return text_of(field, left, element) == text_of(field, right, element);
    default:
      return integer_of(field.type, left) == integer_of(field.type, right);
  }
}

bool equal_field(const FieldTable& field, const void* left, const void* right) {
  if (!field.holder) return equal_value(field, left, right, false);
  Elements a = field.holder->view(left), b = field.holder->view(right);
  if (a.present != b.present || a.count != b.count) return false;
  size_t size = element_size(field);
  for (size_t i = 0; i < a.count; ++i) {
    auto at = [&](const Elements& elements) {
      return static_cast<const char*>(elements.first) + i * size;
    };
    if (!equal_value(field, at(a), at(b), true)) return false;
  }
  return true;
}

bool equal_struct(const StructTable& structure, const void* left, const void* right) {
  for (const auto& field : structure.fields)
    if (!equal_field(field, member_of(left, field), member_of(right, field))) return false;
  auto tags = unknown_tags(structure, left);
  return !tags || *tags == *unknown_tags(structure, right);
}

void spell(std::string& out, const Place* place) {
  if (!place || !place->field) return;
  spell(out, place->outer);
  if (!out.empty()) out += '.';
  out += place->field->name;
  if (place->index >= 0) out += "[" + std::to_string(place->index) + "]";
}

}  // namespace

bool equal(const MessageTable& table, const void* left, const void* right) {
  return equal_struct(*table.root, left, right);
}

std::string message_title(const MessageTable& table, int16_t version) {
  std::string title = std::string(table.name) + " v" + std::to_string(version);
  if (table.kind == MessageKind::request) title += " request";
  if (table.kind == MessageKind::response) title += " response";
  return title;
}

std::string describe_place(const MessageTable& table, int16_t version, const Place* outer,
                           const FieldTable* field, int64_t index) {
  std::string path;
  Place place{outer, field, index};
  spell(path, field ? &place : outer);
  std::string title = message_title(table, version);
  return path.empty() ? title : title + ": " + path;
}

size_t element_size(const FieldTable& field) {
  switch (field.type) {
    case FieldType::boolean:
    case FieldType::int8:
      return 1;
    case FieldType::int16:
    case FieldType::uint16:
      return 2;
    case FieldType::int32:
    case FieldType::uint32:
      return 4;
    case FieldType::int64:
    case FieldType::float64:
      return 8;
    case FieldType::uuid:
      return sizeof(Uuid);
    case FieldType::string:
    case FieldType::bytes:
      return sizeof(std::string);
    case FieldType::records:
      return sizeof(std::string_view);
    case FieldType::structure:
      return field.structure->size;
  }
  return 0;
}

std::optional<std::string_view> text_of(const FieldTable& field, const void* member, bool element) {
  if (field.type == FieldType::records) return as<std::optional<std::string_view>>(member);
  if (element || !field.nullable) return as<std::string>(member);
  auto& text = as<std::optional<std::string>>(member);
  return text ? std::optional<std::string_view>(*text) : std::nullopt;
}

int64_t integer_of(FieldType type, const void* member) {
  switch (type) {
    case FieldType::boolean:
      return as<bool>(member);
    case FieldType::int8:
      return as<int8_t>(member);
    case FieldType::int16:
      return as<int16_t>(member);
    case FieldType::uint16:
      return as<uint16_t>(member);
    case FieldType::int32:
      return as<int32_t>(member);
    case FieldType::uint32:
      return as<uint32_t>(member);
    default:
      return as<int64_t>(member);
  }
}

void set_integer(FieldType type, void* member, int64_t value) {
  switch (type) {
    case FieldType::boolean:
      as<bool>(member) = value != 0;
      break;
    case FieldType::int8:
      as<int8_t>(member) = static_cast<int8_t>(value);
      break;
    case FieldType::int16:
      as<int16_t>(member) = static_cast<int16_t>(value);
      break;
    case FieldType::uint16:
      as<uint16_t>(member) = static_cast<uint16_t>(value);
      break;
    case FieldType::int32:
      as<int32_t>(member) = static_cast<int32_t>(value);
      break;
    case FieldType::uint32:
      as<uint32_t>(member) = static_cast<uint32_t>(value);
      break;
    default:
      as<int64_t>(member) = value;
      break;
  }
}

namespace {

bool is_default_struct(const StructTable& structure, const void* value) {
  for (const auto& field : structure.fields)
    if (!is_default(field, member_of(value, field))) return false;
  auto tags = unknown_tags(structure, value);
  return !tags || tags->empty();
}

}  // namespace

bool is_default(const FieldTable& field, const void* member) {
  if (field.holder) {
    Elements elements = field.holder->view(member);
    if (!elements.present || field.null_by_default)
      return !elements.present && field.null_by_default;
    return field.array ? elements.count == 0 : is_default_struct(*field.structure, elements.first);
  }
  switch (field.type) {
    case FieldType::structure:
      return is_default_struct(*field.structure, member);
    case FieldType::uuid:
      return as<Uuid>(member).is_zero();
    case FieldType::float64:
      return as<double>(member) == 0;
    case FieldType::string:
    case FieldType::bytes:
    case FieldType::records: {
      auto text = text_of(field, member, false);
      return field.null_by_default ? !text : text && text->empty();
    }
    default:
      return integer_of(field.type, member) == field.initial;
  }
}

}  // namespace kt
