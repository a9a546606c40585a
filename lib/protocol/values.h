// What the parts of the interpreter share: looking at members through their tables, and saying
// where they are.
#pragma once

#include <optional>
#include <string>

#include "base/uuid.h"
#include "protocol/message.h"
#include "protocol/unknown_tags.h"

namespace kt {

/// The way from a message down to a struct inside it, kept on the stack and spelled out only for
/// errors.
struct Place {
  const Place* outer = nullptr;
  const FieldTable* field = nullptr;
  int64_t index = -1;
};

/// `Metadata v9 response: topics[3].isrNodes`; index -1 where the field is no element.
std::string describe_place(const MessageTable& table, int16_t version, const Place* outer,
                           const FieldTable* field, int64_t index = -1);

inline const void* member_of(const void* structure, const FieldTable& field) {
  return static_cast<const char*>(structure) + field.offset;
}
inline void* member_of(void* structure, const FieldTable& field) {
  return static_cast<char*>(structure) + field.offset;
}

template <class T>
const T& as(const void* member) {
  return *static_cast<const T*>(member);
}
template <class T>
T& as(void* member) {
  return *static_cast<T*>(member);
}

inline const UnknownTags* unknown_tags(const StructTable& structure, const void* value) {
  if (structure.unknown_tags_offset < 0) return nullptr;
  return &as<UnknownTags>(static_cast<const char*>(value) + structure.unknown_tags_offset);
}
inline UnknownTags* unknown_tags(const StructTable& structure, void* value) {
  if (structure.unknown_tags_offset < 0) return nullptr;
  return &as<UnknownTags>(static_cast<char*>(value) + structure.unknown_tags_offset);
}

/// How far apart the elements of an array of such fields lie.
size_t element_size(const FieldTable& field);

/// A string, bytes or records member: nothing where it is null. Elements of arrays are never null.
std::optional<std::string_view> text_of(const FieldTable& field, const void* member, bool element);

/// An integer or boolean member, widened.
int64_t integer_of(FieldType type, const void* member);
void set_integer(FieldType type, void* member, int64_t value);

/// Whether a member has the value that it starts with.
bool is_default(const FieldTable& field, const void* member);

}  // namespace kt
