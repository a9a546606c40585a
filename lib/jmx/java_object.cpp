#include "jmx/java_object.h"

namespace kt::jmx {

bool JavaObject::is_a(std::string_view class_name) const {
  for (const auto* at = of; at; at = at->super)
    if (at->name == class_name) return true;
  return false;
}

JavaValue JavaObject::field(std::string_view name) const {
  for (auto level = levels.rbegin(); level != levels.rend(); ++level)
    for (size_t i = 0; i < level->fields.size(); ++i)
      if (level->of->fields[i].name == name) return level->fields[i];
  return {};
}

std::vector<JavaValue> JavaObject::written_values() const {
  std::vector<JavaValue> values;
  for (const auto& level : levels)
    for (const auto& one : level.written)
      if (const auto* value = std::get_if<JavaValue>(&one)) values.push_back(*value);
  return values;
}

const JavaObject* object_of(const JavaValue& value) {
  const auto* reference = std::get_if<const JavaObject*>(&value);
  return reference ? *reference : nullptr;
}

std::string_view text_of(const JavaValue& value) {
  const auto* object = object_of(value);
  return object && object->kind == JavaObject::Kind::text ? std::string_view(object->text) : "";
}

}  // namespace kt::jmx
