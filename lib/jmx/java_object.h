// What a Java serialization stream holds, as plain data: classes as the stream describes them and
// objects by the fields that these have. Everything belongs to the JavaMessage that was read; the
// references inside may form any graph, cycles too.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace kt::jmx {

struct JavaObject;

/// null, boolean; byte, short, int, long and char; float and double; a reference.
using JavaValue = std::variant<std::monostate, bool, int64_t, double, const JavaObject*>;

struct JavaField {
  char type = 'L';  ///< as class files have it: B C D F I J S Z, L or [ for references
  std::string name;
};

struct JavaClass {
  std::string name;  ///< `java.lang.Long`; `[J` of an array; empty of a proxy
  uint8_t flags = 0;
  std::vector<JavaField> fields;
  const JavaClass* super = nullptr;
};

/// What one class of an object's line of ancestors has in the stream.
struct JavaLevel {
  const JavaClass* of = nullptr;
  std::vector<JavaValue> fields;  ///< in the order of of->fields
  /// What the class wrote beside its fields: raw bytes and objects.
  std::vector<std::variant<std::string, JavaValue>> written;
};

struct JavaObject {
  enum class Kind { instance, text, constant, array, class_object };

  Kind kind = Kind::instance;
  const JavaClass* of = nullptr;    ///< its class; of a class object the class that it is
  std::string text;                 ///< UTF-8, of a text; the name of a constant of an enum
  std::vector<JavaValue> elements;  ///< of an array
  std::vector<JavaLevel> levels;    ///< from the oldest ancestor down; those without data left out

  std::string_view class_name() const {
    return of ? std::string_view(of->name) : "java.lang.String";
  }
  bool is_a(std::string_view class_name) const;
  /// The field, of the youngest class that has it; null where none does.
  JavaValue field(std::string_view name) const;
  /// The objects that classes wrote beside their fields, in order.
  std::vector<JavaValue> written_values() const;
};

/// The object referred to, or nullptr for null and for primitives.
const JavaObject* object_of(const JavaValue& value);

/// The text of a string object, empty for anything else.
std::string_view text_of(const JavaValue& value);

/// One thing read from a stream and all that it leads to.
struct JavaMessage {
  JavaValue value;
  std::deque<JavaClass> classes;
  std::deque<JavaObject> objects;
  std::vector<std::string> blocks;  ///< raw bytes in front of the value
};

}  // namespace kt::jmx
