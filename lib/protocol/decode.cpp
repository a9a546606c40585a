// Reads messages. Nothing here trusts its input: a count is held against the bytes left and the
// least size of an element before room is made for it, and the depth of the recursion is that of
// the description.
#include "protocol/values.h"

namespace kt {
namespace {

class Decoder {
 public:
  Decoder(const MessageTable& table, std::string_view bytes, int16_t version)
      : table_(table),
        next_(bytes.data()),
        end_(next_ + bytes.size()),
        version_(version),
        flexible_(table.flexible(version)) {}

  const char* next() const { return next_; }

  void structure(const StructTable& structure, void* value, const Place* place) {
    for (const auto& field : structure.fields)
      if (field.tag < 0 && field.versions.contains(version_))
        this->field(field, member_of(value, field), place);
    if (flexible_) tags(structure, value, place);
  }

 private:
  size_t left() const { return static_cast<size_t>(end_ - next_); }

  [[noreturn]] void fail(const Place* place, const FieldTable* field, const std::string& what,
                         int64_t index = -1) const {
    throw DecodeError(describe_place(table_, version_, place, field, index) + ": " + what);
  }
  [[noreturn]] void too_short(const Place* place, const FieldTable* field, uint64_t need,
                              int64_t index = -1) const {
    fail(place, field,
         "needs " + std::to_string(need) + (need == 1 ? " byte, " : " bytes, ") +
             std::to_string(left()) + " left",
         index);
  }

  template <class Int>
  Int integer(const FieldTable* field, const Place* place, int64_t index = -1) {
    if (left() < sizeof(Int)) too_short(place, field, sizeof(Int), index);
    Int value = load_big_endian<Int>(next_);
    next_ += sizeof(Int);
    return value;
  }

  uint32_t uvarint(const FieldTable* field, const Place* place, int64_t index = -1) {
    uint64_t value = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      auto byte = integer<uint8_t>(field, place, index);
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (value > UINT32_MAX) break;
        return static_cast<uint32_t>(value);
      }
    }
    fail(place, field, "variable-length integer out of range", index);
  }

  /// The length of a string, bytes or an array: -1 for null.
  int64_t length(const FieldTable& field, const Place* place, int64_t index, bool short_form) {
    int64_t length = flexible_ && !field.inflexible
                         ? static_cast<int64_t>(uvarint(&field, place, index)) - 1
                     : short_form ? integer<int16_t>(&field, place, index)
                                  : integer<int32_t>(&field, place, index);
    if (length < -1) fail(place, &field, "length " + std::to_string(length), index);
    if (length == -1) require_nullable(field, place, index);
    return length;
  }

  void require_nullable(const FieldTable& field, const Place* place, int64_t index) const {
    if (index >= 0 || !field.null_versions.contains(version_))
      fail(place, &field, "null, which this version does not allow", index);
  }

  void field(const FieldTable& field, void* member, const Place* place) {
    if (!field.holder) return value(field, member, place, -1);
    if (!field.array) return optional_struct(field, member, place);
    int64_t count = length(field, place, -1, false);
    if (count < 0) return field.holder->clear(member);
    if (static_cast<uint64_t>(count) > left() / least_size(field))
      fail(place, &field,
           std::to_string(count) + " elements, " + std::to_string(left()) + " bytes left");
    if (count == 0) field.holder->make(member, 0);
    // Room grows as elements come, so that a count alone does not take many times the frame's
    // memory.
    int64_t made = 0;
    char* element = nullptr;
    for (int64_t i = 0, size = static_cast<int64_t>(element_size(field)); i < count;
         ++i, element += size) {
      if (i == made) {
        made = std::min(count, std::max<int64_t>(1024, 2 * made));
        element =
            static_cast<char*>(field.holder->make(member, static_cast<size_t>(made))) + i * size;
      }
      value(field, element, place, i);
    }
  }

  size_t least_size(const FieldTable& field) const {
    switch (field.type) {
      case FieldType::string:
        return flexible_ ? 1 : 2;
      case FieldType::bytes:
      case FieldType::records:
        return flexible_ ? 1 : 4;
      case FieldType::structure:
        return field.structure->least_wire_size;
      default:
        return element_size(field);
    }
  }

  void optional_struct(const FieldTable& field, void* member, const Place* place) {
    // A tagged struct is marked by a variable-length integer above 0, any other by a byte that is
    // not negative.
    bool present =
        field.tag >= 0 ? uvarint(&field, place) > 0 : integer<int8_t>(&field, place) >= 0;
    if (!present) {
      require_nullable(field, place, -1);
      return field.holder->clear(member);
    }
    value(field, field.holder->make(member, 1), place, -1);
  }

  void value(const FieldTable& field, void* member, const Place* place, int64_t index) {
    switch (field.type) {
      case FieldType::boolean:
        as<bool>(member) = integer<int8_t>(&field, place, index) != 0;
        break;
      case FieldType::int8:
        as<int8_t>(member) = integer<int8_t>(&field, place, index);
        break;
      case FieldType::int16:
        as<int16_t>(member) = integer<int16_t>(&field, place, index);
        break;
      case FieldType::uint16:
        as<uint16_t>(member) = integer<uint16_t>(&field, place, index);
        break;
      case FieldType::int32:
        as<int32_t>(member) = integer<int32_t>(&field, place, index);
        break;
      case FieldType::uint32:
        as<uint32_t>(member) = integer<uint32_t>(&field, place, index);
        break;
      case FieldType::int64:
        as<int64_t>(member) = integer<int64_t>(&field, place, index);
        break;
      case FieldType::float64:
        as<double>(member) = std::bit_cast<double>(integer<int64_t>(&field, place, index));
        break;
      case FieldType::uuid:
        uuid(field, as<Uuid>(member), place, index);
        break;
      case FieldType::string:
      case FieldType::bytes:
      case FieldType::records:
        text(field, member, place, index);
        break;
      case FieldType::structure: {
        Place inner{place, &field, index};
        structure(*field.structure, member, &inner);
        break;
      }
    }
  }

  void uuid(const FieldTable& field, Uuid& uuid, const Place* place, int64_t index) {
    if (left() < 16) too_short(place, &field, 16, index);
    std::memcpy(uuid.bytes.data(), next_, 16);
    next_ += 16;
  }

  void text(const FieldTable& field, void* member, const Place* place, int64_t index) {
    int64_t size = length(field, place, index, field.type == FieldType::string);
    if (size < 0) {
      if (field.type == FieldType::records)
        as<std::optional<std::string_view>>(member).reset();
      else
        as<std::optional<std::string>>(member).reset();
      return;
    }
    if (static_cast<uint64_t>(size) > left())
      too_short(place, &field, static_cast<uint64_t>(size), index);
    std::string_view bytes{next_, static_cast<size_t>(size)};
    next_ += size;
    if (field.type == FieldType::records)
      as<std::optional<std::string_view>>(member) = bytes;
    else if (field.nullable && index < 0)
      as<std::optional<std::string>>(member) = bytes;
    else
      as<std::string>(member) = bytes;
  }

  void tags(const StructTable& structure, void* value, const Place* place) {
    uint32_t count = uvarint(nullptr, place);
    if (count > left() / 2)
      fail(place, nullptr,
           std::to_string(count) + " tagged fields, " + std::to_string(left()) + " bytes left");
    for (int64_t last = -1; count > 0; --count) {
      uint32_t tag = uvarint(nullptr, place), size = uvarint(nullptr, place);
      if (size > left()) too_short(place, nullptr, size);
      if (tag <= last)
        fail(place, nullptr, "tag " + std::to_string(tag) + " after " + std::to_string(last));
      last = tag;
      const char* after = next_ + size;
      if (const FieldTable* field = known_tag(structure, tag)) {
        std::swap(end_, after);
        this->field(*field, member_of(value, *field), place);
        if (next_ != end_) fail(place, field, std::to_string(left()) + " bytes left over");
        std::swap(end_, after);
      } else {
        unknown_tags(structure, value)->add({tag, std::string(next_, size)});
        next_ = after;
      }
    }
  }

  const FieldTable* known_tag(const StructTable& structure, uint32_t tag) const {
    for (const auto& field : structure.fields)
      if (field.tag >= 0 && static_cast<uint32_t>(field.tag) == tag &&
          field.versions.contains(version_))
        return &field;
    return nullptr;
  }

  const MessageTable& table_;
  const char* next_;
  const char* end_;
  int16_t version_;
  bool flexible_;
};

}  // namespace

size_t decode(const MessageTable& table, void* message, std::string_view bytes, int16_t version) {
  if (!table.versions.contains(version))
    throw DecodeError(message_title(table, version) + ": there is no such version");
  Decoder decoder(table, bytes, version);
  decoder.structure(*table.root, message, nullptr);
  return static_cast<size_t>(decoder.next() - bytes.data());
}

void require_all_read(const MessageTable& table, int16_t version, size_t taken, size_t size) {
  if (taken == size) return;
  size_t over = size - taken;
  throw DecodeError(message_title(table, version) + ": " + std::to_string(over) +
                    (over == 1 ? " byte left over" : " bytes left over"));
}

}  // namespace kt
