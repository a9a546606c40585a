#include "jmx/datum.h"

#include <array>

#include "base/bytes.h"
#include "base/text.h"

namespace kt::jmx {
namespace {

constexpr int kMaxDepth = 50;
constexpr int kMaxParts = 1'000'000;
constexpr int kMaxCauses = 10;

std::string plain_text(const Datum& datum) {
  if (const auto* text = std::get_if<std::string>(&datum.value)) return *text;
  if (const auto* number = std::get_if<int64_t>(&datum.value)) return std::to_string(*number);
  if (const auto* flag = std::get_if<bool>(&datum.value)) return *flag ? "true" : "false";
  if (const auto* list = std::get_if<Datum::List>(&datum.value)) {
    std::vector<std::string> pieces;
    for (const auto& one : *list) pieces.push_back(plain_text(one));
    return join(pieces, ",");
  }
  return {};
}

/// Whether its class, or one that it descends from, has one of the names.
template <size_t N>
bool is_any(const JavaObject& object, const std::array<std::string_view, N>& names) {
  for (auto name : names)
    if (object.is_a(name)) return true;
  return false;
}

constexpr std::array<std::string_view, 6> kMaps = {
    "java.util.HashMap",   "java.util.TreeMap",
    "java.util.Hashtable", "java.util.concurrent.ConcurrentHashMap",
    "java.util.EnumMap",   "java.util.concurrent.ConcurrentSkipListMap"};
constexpr std::array<std::string_view, 7> kCollections = {
    "java.util.ArrayList",
    "java.util.LinkedList",
    "java.util.HashSet",
    "java.util.TreeSet",
    "java.util.ArrayDeque",
    "java.util.concurrent.CopyOnWriteArrayList",
    "java.util.concurrent.CopyOnWriteArraySet"};
/// Wrappers around one of the above, and the field that holds it.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kWrappers = {
    {{"java.util.Collections$UnmodifiableCollection", "c"},
     {"java.util.Collections$UnmodifiableMap", "m"},
     {"java.util.Collections$SynchronizedMap", "m"},
     {"java.util.Arrays$ArrayList", "a"}}};

class Converter {
 public:
  Datum convert(const JavaValue& value, int depth = 0) {
    if (++parts_ > kMaxParts) throw DecodeError("a value of too many parts");
    if (const auto* flag = std::get_if<bool>(&value)) return {"boolean", *flag};
    if (const auto* number = std::get_if<int64_t>(&value)) return {"long", *number};
    if (const auto* number = std::get_if<double>(&value)) return {"double", *number};
    const auto* object = object_of(value);
    if (!object) return {};
    Datum datum{std::string(object->class_name()), {}};
    fill(datum, *object, depth + 1);
    return datum;
  }

 private:
  void fill(Datum& datum, const JavaObject& object, int depth) {
    if (depth > kMaxDepth) throw DecodeError("a value that is nested too deeply, or in itself");
    switch (object.kind) {
      case JavaObject::Kind::text:
      case JavaObject::Kind::constant:
        datum.value = object.text;
        return;
      case JavaObject::Kind::class_object:
        datum.type = "java.lang.Class";
        datum.value = std::string(object.class_name());
        return;
      case JavaObject::Kind::array:
        datum.value = list(object.elements, depth);
        return;
      case JavaObject::Kind::instance:
        fill_instance(datum, object, depth);
    }
  }

  void fill_instance(Datum& datum, const JavaObject& object, int depth) {
    if (object.is_a("javax.management.ObjectName")) {
      auto written = object.written_values();
      datum.value = std::string(written.empty() ? "" : text_of(written.front()));
    } else if (object.is_a("javax.management.openmbean.CompositeDataSupport")) {
      datum.value = convert(object.field("contents"), depth).value;
    } else if (object.is_a("javax.management.openmbean.TabularDataSupport")) {
      datum.value = convert(object.field("dataMap"), depth).value;
      unwrap_map(datum);
    } else if (object.is_a("java.util.Date")) {
      datum.value = date(object);
    } else if (object.is_a("java.util.CollSer")) {
      fill_immutable(datum, object, depth);
    } else if (is_any(object, kMaps)) {
      datum.value = members(object.written_values(), depth);
    } else if (is_any(object, kCollections)) {
      datum.value = list(object.written_values(), depth);
    } else if (const auto* inner = wrapped(object)) {
      fill(datum, *inner, depth + 1);
    } else {
      fill_from_fields(datum, object, depth);
    }
  }

  /// List.of(), Set.of() and Map.of() are written as a class that says which.
  void fill_immutable(Datum& datum, const JavaObject& object, int depth) {
    auto tag = object.field("tag");
    const auto* number = std::get_if<int64_t>(&tag);
    auto values = object.written_values();
    switch (number ? *number & 0xFF : 0) {
      case 2:
        datum.type = values.empty() || values.size() > 2 ? "SetN" : "Set12";
        break;
      case 3:
        datum.type = values.size() == 2 ? "Map1" : "MapN";
        datum.value = members(values, depth);
        break;
      default:
        datum.type = values.empty() || values.size() > 2 ? "ListN" : "List12";
    }
    datum.type.insert(0, "java.util.ImmutableCollections$");
    if (datum.is_null()) datum.value = list(values, depth);
  }

  /// Boxes and atomics have one field, `value`; of what nobody knows all fields are shown.
  void fill_from_fields(Datum& datum, const JavaObject& object, int depth) {
    Datum::Members members;
    for (const auto& level : object.levels)
      for (size_t i = 0; i < level.fields.size(); ++i)
        members.push_back({level.of->fields[i].name, convert(level.fields[i], depth)});
    if (members.size() == 1 && members[0].name == "value" && datum.type.starts_with("java.lang."))
      datum.value = std::move(members[0].value.value);
    else if (members.size() == 1 && datum.type.starts_with("java.util.concurrent.atomic."))
      datum.value = std::move(members[0].value.value);
    else
      datum.value = std::move(members);
    if (const auto* code = std::get_if<int64_t>(&datum.value);
        code && datum.type == "java.lang.Character")
      datum.value = character(*code);
  }

  static std::string character(int64_t code) {
    std::string text;
    if (code < 0x80) {
      text += static_cast<char>(code);
    } else {
      if (code >= 0x800) text += static_cast<char>(0xE0 | code >> 12);
      text += static_cast<char>(code >= 0x800 ? 0x80 | (code >> 6 & 0x3F) : 0xC0 | code >> 6);
      text += static_cast<char>(0x80 | (code & 0x3F));
    }
    return text;
  }

  static const JavaObject* wrapped(const JavaObject& object) {
    for (const auto& [name, field] : kWrappers)
      if (object.is_a(name)) {
        return object_of(object.field(field));
      }
    return nullptr;
  }

  static int64_t date(const JavaObject& object) {
    for (const auto& level : object.levels)
      for (const auto& one : level.written)
        if (const auto* block = std::get_if<std::string>(&one); block && block->size() == 8)
          return load_big_endian<int64_t>(block->data());
    throw DecodeError("a date without a time");
  }

  Datum::List list(const std::vector<JavaValue>& values, int depth) {
    Datum::List all;
    all.reserve(values.size());  // what grows is copied with all below it
    for (const auto& value : values) all.push_back(convert(value, depth));
    return all;
  }

  /// Keys and values in turn.
  Datum::Members members(const std::vector<JavaValue>& values, int depth) {
    Datum::Members all;
    for (size_t i = 0; i + 1 < values.size(); i += 2) {
      auto key = convert(values[i], depth);
      if (key.is_null()) continue;
      all.push_back({plain_text(key), convert(values[i + 1], depth)});
    }
    return all;
  }

  /// A map of an MXBean is a table whose rows are a key and a value each.
  static void unwrap_map(Datum& table) {
    auto* rows = std::get_if<Datum::Members>(&table.value);
    if (!rows) return;
    auto value_of = [](Datum::Member& row) -> Datum* {
      auto* parts = std::get_if<Datum::Members>(&row.value.value);
      if (!parts || parts->size() != 2 || (*parts)[0].name != "key" ||
          (*parts)[1].name != "value" || plain_text((*parts)[0].value) != row.name)
        return nullptr;
      return &(*parts)[1].value;
    };
    for (auto& row : *rows)
      if (!value_of(row)) return;
    for (auto& row : *rows) {
      auto value = std::move(*value_of(row));
      row.value = std::move(value);
    }
  }

  int parts_ = 0;
};

/// What an exception was thrown for, by any of the fields that have held it; null without one.
const JavaObject* cause_of(const JavaObject& exception) {
  for (auto name : {"exception", "runtimeException", "error", "detail", "cause"})
    if (const auto* cause = object_of(exception.field(name)); cause && cause != &exception)
      return cause;
  return nullptr;
}

}  // namespace

Datum datum_of(const JavaValue& value) { return Converter().convert(value); }

std::string exception_text(const JavaValue& exception) {
  std::string text;
  const auto* at = object_of(exception);
  for (int causes = 0; at && causes < kMaxCauses; ++causes, at = cause_of(*at)) {
    std::string one(at->class_name());
    if (auto detail = text_of(at->field("detailMessage")); !detail.empty())
      one.append(": ").append(detail);
    // Java's own wrappers repeat what they wrap.
    if (text.ends_with(one)) continue;
    text += (text.empty() ? "" : "; cause: ") + one;
  }
  return text.empty() ? "an exception without a class" : text;
}

}  // namespace kt::jmx
