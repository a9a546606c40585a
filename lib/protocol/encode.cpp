// Writes messages.
#include <algorithm>
#include <array>

#include "protocol/values.h"

namespace kt {
namespace {

class Encoder {
 public:
  Encoder(std::string& out, const MessageTable& table, int16_t version,
          std::vector<size_t>* gaps = nullptr)
      : out_(out),
        writer_(out),
        table_(table),
        version_(version),
        flexible_(table.flexible(version)),
        gaps_(gaps) {}

  void structure(const StructTable& structure, const void* value, const Place* place) {
    size_t tagged = 0;
    for (const auto& field : structure.fields) {
      const void* member = member_of(value, field);
      if (!field.versions.contains(version_))
        refuse_unless_default(field, member, place);
      else if (field.tag >= 0)
        tagged += !is_default(field, member);
      else
        this->field(field, member, place);
    }
    if (flexible_)
      tags(structure, value, place, tagged);
    else if (auto unknown = unknown_tags(structure, value); unknown && !unknown->empty())
      throw EncodeError(describe_place(table_, version_, place, nullptr) +
                        ": tagged fields need v" + std::to_string(table_.flexible_from) +
                        " or later");
  }

 private:
  [[noreturn]] void fail(const Place* place, const FieldTable& field, const std::string& what,
                         int64_t index = -1) const {
    throw EncodeError(describe_place(table_, version_, place, &field, index) + ": " + what);
  }

  void refuse_unless_default(const FieldTable& field, const void* member,
                             const Place* place) const {
    if (field.ignorable || is_default(field, member)) return;
    if (version_ < field.versions.first)
      fail(place, field, "needs v" + std::to_string(field.versions.first) + " or later");
    fail(place, field, "is gone since v" + std::to_string(field.versions.last + 1));
  }

  void field(const FieldTable& field, const void* member, const Place* place) {
    if (!field.holder) return value(field, member, place, -1);
    Elements elements = field.holder->view(member);
    if (!elements.present) return null(field, place);
    if (!field.array) {
      writer_.integer<int8_t>(
          1);  // the same byte where a tagged field has a variable-length integer
      return value(field, elements.first, place, -1);
    }
    if (flexible_)
      writer_.uvarint(elements.count + 1);
    else
      writer_.integer(static_cast<int32_t>(elements.count));
    size_t size = element_size(field);
    for (size_t i = 0; i < elements.count; ++i)
      value(field, static_cast<const char*>(elements.first) + i * size, place,
            static_cast<int64_t>(i));
  }

  void null(const FieldTable& field, const Place* place) {
    if (!field.null_versions.contains(version_))
      fail(place, field, "may not be null in this version");
    if (!field.array && field.type == FieldType::structure)
      writer_.integer<int8_t>(field.tag >= 0 ? 0 : -1);
    else if (flexible_ && !field.inflexible)
      writer_.uvarint(0);
    else if (!field.array && field.type == FieldType::string)
      writer_.integer<int16_t>(-1);
    else
      writer_.integer<int32_t>(-1);
  }

  /// A single value, or one element of an array (index >= 0).
  void value(const FieldTable& field, const void* member, const Place* place, int64_t index) {
    switch (field.type) {
      case FieldType::boolean:
      case FieldType::int8:
        writer_.integer(as<int8_t>(member));
        break;
      case FieldType::int16:
      case FieldType::uint16:
        writer_.integer(as<int16_t>(member));
        break;
      case FieldType::int32:
      case FieldType::uint32:
        writer_.integer(as<int32_t>(member));
        break;
      case FieldType::int64:
        writer_.integer(as<int64_t>(member));
        break;
      case FieldType::float64:
        writer_.float64(as<double>(member));
        break;
      case FieldType::uuid:
        out_.append(reinterpret_cast<const char*>(as<Uuid>(member).bytes.data()), 16);
        break;
      case FieldType::string:
      case FieldType::bytes:
      case FieldType::records:
        text(field, text_of(field, member, index >= 0), place, index);
        break;
      case FieldType::structure: {
        Place inner{place, &field, index};
        structure(*field.structure, member, &inner);
        break;
      }
    }
  }

  void text(const FieldTable& field, std::optional<std::string_view> text, const Place* place,
            int64_t index) {
    if (!text) return null(field, place);
    if (field.type == FieldType::string && text->size() > 0x7fff)
      fail(place, field, std::to_string(text->size()) + " bytes; a string has at most 32767",
           index);
    if (flexible_ && !field.inflexible)
      writer_.uvarint(text->size() + 1);
    else if (field.type == FieldType::string)
      writer_.integer(static_cast<int16_t>(text->size()));
    else
      writer_.integer(static_cast<int32_t>(text->size()));
    if (gaps_ && field.type == FieldType::records)
      gaps_->push_back(out_.size());
    else
      writer_.bytes(*text);
  }

  /// Known and unknown tagged fields in ascending order, each with its size.
  void tags(const StructTable& structure, const void* value, const Place* place, size_t known) {
    const auto& unknown = unknown_tags(structure, value)->list();
    writer_.uvarint(known + unknown.size());
    if (known + unknown.size() == 0) return;
    struct Tag {
      uint32_t tag;
      const FieldTable* field;
      const UnknownTag* unknown;
    };
    std::vector<Tag> list;
    for (const auto& field : structure.fields)
      if (field.tag >= 0 && field.versions.contains(version_) &&
          !is_default(field, member_of(value, field)))
        list.push_back({static_cast<uint32_t>(field.tag), &field, nullptr});
    for (const auto& tag : unknown) list.push_back({tag.tag, nullptr, &tag});
    std::ranges::stable_sort(list, {}, &Tag::tag);
    for (size_t i = 1; i < list.size(); ++i)
      if (list[i].tag == list[i - 1].tag)
        throw EncodeError(describe_place(table_, version_, place, nullptr) + ": tag " +
                          std::to_string(list[i].tag) + " twice");
    for (const auto& tag : list) {
      writer_.uvarint(tag.tag);
      std::string bytes;
      if (tag.field)
        Encoder(bytes, table_, version_).field(*tag.field, member_of(value, *tag.field), place);
      std::string_view content = tag.field ? bytes : tag.unknown->bytes;
      writer_.uvarint(content.size());
      writer_.bytes(content);
    }
  }

  std::string& out_;
  ByteWriter writer_;
  const MessageTable& table_;
  int16_t version_;
  bool flexible_;
  std::vector<size_t>* gaps_;  // not null: where `records` are left out
};

void encode_with(std::string& out, const MessageTable& table, const void* message, int16_t version,
                 std::vector<size_t>* gaps) {
  if (!table.versions.contains(version))
    throw EncodeError(message_title(table, version) + ": there is no such version");
  size_t start = out.size();
  try {
    Encoder(out, table, version, gaps).structure(*table.root, message, nullptr);
  } catch (...) {
    out.resize(start);
    throw;
  }
}

}  // namespace

void encode(std::string& out, const MessageTable& table, const void* message, int16_t version) {
  encode_with(out, table, message, version, nullptr);
}

void encode_around_records(std::string& out, const MessageTable& table, const void* message,
                           int16_t version, std::vector<size_t>& gaps) {
  encode_with(out, table, message, version, &gaps);
}

}  // namespace kt
