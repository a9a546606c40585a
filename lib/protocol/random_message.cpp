// Every second value is an edge: zero, the default, the least, the greatest, empty, null, or long.
#include "protocol/random_message.h"

#include <array>
#include <limits>

#include "protocol/values.h"

namespace kt {
namespace {

class Filler {
 public:
  Filler(AnyMessage& message, int16_t version, uint64_t seed)
      : message_(message), version_(version), state_(seed) {}

  void structure(const StructTable& structure, void* value, int depth) {
    for (const auto& field : structure.fields)
      if (field.versions.contains(version_) && !(field.tag >= 0 && chance(3)))
        this->field(field, member_of(value, field), depth);
    auto tags = unknown_tags(structure, value);
    if (tags && message_.table().flexible(version_) && chance(8)) {
      tags->add({static_cast<uint32_t>(100 + below(100)), bytes(below(20))});
      // Kafka keeps the very last tag for itself.
      if (chance(2)) tags->add({std::numeric_limits<int32_t>::max() - 1, bytes(200)});
    }
  }

 private:
  uint64_t next() {  // splitmix64
    uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  size_t below(size_t limit) { return next() % limit; }
  bool chance(size_t one_in) { return below(one_in) == 0; }

  void field(const FieldTable& field, void* member, int depth) {
    if (!field.holder) return value(field, member, false, depth);
    if (field.null_versions.contains(version_) && chance(4)) return field.holder->clear(member);
    // Deep arrays stay short, so that messages stay small.
    size_t count = !field.array ? 1 : chance(4) ? 0 : 1 + below(depth == 0 ? 4 : 2);
    if (field.array && field.type != FieldType::structure && chance(20)) count = 130;
    auto element = static_cast<char*>(field.holder->make(member, count));
    for (size_t i = 0; i < count; ++i, element += element_size(field))
      value(field, element, true, depth);
  }

  void value(const FieldTable& field, void* member, bool element, int depth) {
    switch (field.type) {
      case FieldType::structure:
        return structure(*field.structure, member, depth + 1);
      case FieldType::float64:
        as<double>(member) = number();
        return;
      case FieldType::uuid:
        return uuid(as<Uuid>(member));
      case FieldType::string:
      case FieldType::bytes:
      case FieldType::records:
        return text(field, member, element);
      default:
        set_integer(field.type, member, integer(field));
        return;
    }
  }

  int64_t integer(const FieldTable& field) {
    size_t bits = element_size(field) * 8;
    switch (below(8)) {
      case 0:
        return 0;
      case 1:
        return field.initial;
      case 2:
        return -1;
      case 3:
        return static_cast<int64_t>(UINT64_MAX >> (65 - bits));
      case 4:
        return INT64_MIN >> (64 - bits);
      default:
        return static_cast<int64_t>(next() >> below(64));
    }
  }

  double number() {
    constexpr std::array kEdges{
        0.0,       1.0,     -1.5, 0.001, 0.0001, 1e7,    9999999.5,
        1048576.0, 1.25e-5, 1e21, 3e300, 0.25,   1e-300, std::numeric_limits<double>::infinity()};
    return kEdges[below(kEdges.size())];
  }

  void uuid(Uuid& uuid) {
    if (chance(4)) return void(uuid = {});
    for (auto& byte : uuid.bytes) byte = static_cast<uint8_t>(next());
  }

  std::string bytes(size_t count) {
    std::string out;
    for (size_t i = 0; i < count; ++i) out += static_cast<char>(next());
    return out;
  }

  std::string characters() {
    constexpr std::array<std::string_view, 12> kCharacters{"a",  "Z",    "0", ".", "\"", "\\",
                                                           "\n", "\x01", "ü", "€", "😀", "/"};
    size_t count = chance(4) ? 0 : chance(20) ? 128 + below(200) : 1 + below(12);
    std::string out;
    for (size_t i = 0; i < count; ++i) out += kCharacters[below(kCharacters.size())];
    return out;
  }

  void text(const FieldTable& field, void* member, bool element) {
    bool null = !element && field.nullable && field.null_versions.contains(version_) && chance(4);
    if (field.type == FieldType::records) {
      auto& records = as<std::optional<std::string_view>>(member);
      if (null)
        records.reset();
      else
        records = message_.keep(bytes(below(40)));
      return;
    }
    std::string text =
        field.type == FieldType::string ? characters() : bytes(chance(4) ? 0 : below(40));
    if (element || !field.nullable)
      as<std::string>(member) = std::move(text);
    else if (null)
      as<std::optional<std::string>>(member).reset();
    else
      as<std::optional<std::string>>(member) = std::move(text);
  }

  AnyMessage& message_;
  int16_t version_;
  uint64_t state_;
};

}  // namespace

AnyMessage random_message(const MessageTable& table, int16_t version, uint64_t seed) {
  AnyMessage message(table);
  Filler(message, version, seed).structure(*table.root, message.get(), 0);
  return message;
}

}  // namespace kt
