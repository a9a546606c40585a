#include "jmx/java_reader.h"

#include <bit>

namespace kt::jmx {
namespace {

constexpr uint32_t kStreamMagic = 0xACED0005;
constexpr uint32_t kFirstHandle = 0x7E0000;
constexpr int kMaxDepth = 200;
/// Objects, elements, fields and levels of a message; each takes less than 200 bytes.
constexpr int64_t kMaxThings = 16'000'000;

enum Tag : uint8_t {
  kNull = 0x70,
  kReference,
  kClassDescription,
  kObject,
  kString,
  kArray,
  kClass,
  kBlock,
  kEndBlock,
  kReset,
  kLongBlock,
  kException,
  kLongString,
  kProxyDescription,
  kEnum,
};

enum Flag : uint8_t { kWriteMethod = 1, kSerializable = 2, kExternalizable = 4, kBlockData = 8 };

class Reader {
 public:
  explicit Reader(Feed& feed) : feed_(feed), message_(std::make_unique<JavaMessage>()) {
    if (feed_.integer<uint32_t>() != kStreamMagic)
      throw DecodeError("no Java serialization stream");
  }

  std::unique_ptr<JavaMessage> read() {
    while (is_block(feed_.peek())) message_->blocks.push_back(block(feed_.byte()));
    message_->value = value(0);
    return std::move(message_);
  }

 private:
  struct Handle {
    const JavaClass* described = nullptr;
    JavaObject* object = nullptr;
  };

  static bool is_block(uint8_t tag) { return tag == kBlock || tag == kLongBlock; }

  [[noreturn]] static void unexpected(uint8_t tag) {
    throw DecodeError("unexpected tag " + std::to_string(tag) + " in a Java stream");
  }

  void count(int64_t things) {
    things_ += things;
    if (things_ > kMaxThings) throw DecodeError("too many objects in a Java stream");
  }
  static void check_depth(int depth) {
    if (depth > kMaxDepth) throw DecodeError("objects are nested too deeply in a Java stream");
  }

  std::string utf() { return from_modified_utf8(feed_.take(feed_.integer<uint16_t>())); }

  std::string block(uint8_t tag) {
    size_t size = 0;
    if (tag == kBlock) {
      size = feed_.byte();
    } else if (tag == kLongBlock) {
      size = length();
    } else {
      unexpected(tag);
    }
    return std::string(feed_.take(size));
  }

  size_t length() {
    auto length = feed_.integer<int32_t>();
    if (length < 0) throw DecodeError("a negative length in a Java stream");
    return static_cast<size_t>(length);
  }

  const Handle& referred() {
    auto number = feed_.integer<uint32_t>() - kFirstHandle;
    if (number >= handles_.size()) throw DecodeError("a handle that a Java stream has not given");
    return handles_[number];
  }

  JavaObject* create(JavaObject::Kind kind, const JavaClass* of) {
    count(1);
    auto* object = &message_->objects.emplace_back();
    object->kind = kind;
    object->of = of;
    handles_.push_back({nullptr, object});
    return object;
  }

  /// What a class description's or an object's own writing has up to its end mark.
  std::vector<std::variant<std::string, JavaValue>> written(int depth) {
    std::vector<std::variant<std::string, JavaValue>> all;
    while (feed_.peek() != kEndBlock) {
      count(1);
      if (is_block(feed_.peek()))
        all.emplace_back(block(feed_.byte()));
      else
        all.emplace_back(value(depth));
    }
    feed_.byte();
    return all;
  }

  const JavaClass* description(int depth) { return description(feed_.byte(), depth); }

  const JavaClass* description(uint8_t tag, int depth) {
    check_depth(depth);
    if (tag == kNull) return nullptr;
    if (tag == kReference) {
      const auto& handle = referred();
      if (!handle.described) throw DecodeError("a handle of an object where a class should be");
      return handle.described;
    }
    if (tag != kClassDescription && tag != kProxyDescription) unexpected(tag);
    count(1);
    auto& described = message_->classes.emplace_back();
    if (tag == kClassDescription) {
      described.name = utf();
      feed_.take(sizeof(int64_t));
      handles_.push_back({&described, nullptr});
      described.flags = feed_.byte();
      auto fields = feed_.integer<uint16_t>();
      count(fields);
      for (int i = 0; i < fields; ++i) {
        auto& field = described.fields.emplace_back();
        field.type = static_cast<char>(feed_.byte());
        field.name = utf();
        if (field.type != 'L' && field.type != '[') continue;
        if (auto next = feed_.peek(); next != kString && next != kReference) unexpected(next);
        value(depth + 1);
      }
    } else {
      handles_.push_back({&described, nullptr});
      described.flags = kSerializable;
      auto interfaces = feed_.integer<int32_t>();
      for (int32_t i = 0; i < interfaces; ++i) utf();
    }
    written(depth + 1);
    described.super = description(depth + 1);
    // A line of ancestors is walked without looking for its end: it must have one, and a near one.
    int ancestors = 0;
    for (const auto* at = described.super; at; at = at->super) {
      if (at == &described || ++ancestors > kMaxDepth)
        throw DecodeError("a class with too many ancestors in a Java stream");
    }
    return &described;
  }

  JavaValue primitive(char type) {
    switch (type) {
      case 'B':
        return int64_t{feed_.integer<int8_t>()};
      case 'C':
        return int64_t{feed_.integer<uint16_t>()};
      case 'D':
        return std::bit_cast<double>(feed_.integer<uint64_t>());
      case 'F':
        return double{std::bit_cast<float>(feed_.integer<uint32_t>())};
      case 'I':
        return int64_t{feed_.integer<int32_t>()};
      case 'J':
        return feed_.integer<int64_t>();
      case 'S':
        return int64_t{feed_.integer<int16_t>()};
      case 'Z':
        return feed_.byte() != 0;
      default:
        throw DecodeError("a field of no Java type");
    }
  }

  JavaValue of_type(char type, int depth) {
    return type == 'L' || type == '[' ? value(depth) : primitive(type);
  }

  JavaValue array(int depth) {
    const auto* of = description(depth);
    if (!of || of->name.size() < 2 || of->name[0] != '[')
      throw DecodeError("an array of no array class in a Java stream");
    auto* array = create(JavaObject::Kind::array, of);
    auto elements = length();
    // Each takes a byte at least.
    if (elements > feed_.left()) throw DecodeError("an array longer than its stream may be");
    count(static_cast<int64_t>(elements));
    for (size_t i = 0; i < elements; ++i)
      array->elements.push_back(of_type(of->name[1], depth + 1));
    return array;
  }

  JavaValue instance(int depth) {
    const auto* of = description(depth);
    if (!of) throw DecodeError("an object without a class in a Java stream");
    auto* object = create(JavaObject::Kind::instance, of);
    std::vector<const JavaClass*> line;
    for (const auto* at = of; at; at = at->super) line.push_back(at);
    while (!line.empty()) {
      read_level(*object, line.back(), depth + 1);
      line.pop_back();
    }
    return object;
  }

  void read_level(JavaObject& object, const JavaClass* of, int depth) {
    JavaLevel level{of, {}, {}};
    if (of->flags & kExternalizable) {
      if (!(of->flags & kBlockData))
        throw DecodeError("an object of class " + of->name + " that cannot be read");
      level.written = written(depth);
    } else {
      count(static_cast<int64_t>(of->fields.size()));
      for (const auto& field : of->fields) level.fields.push_back(of_type(field.type, depth));
      if (of->flags & kWriteMethod) level.written = written(depth);
    }
    if (!level.fields.empty() || !level.written.empty()) object.levels.push_back(std::move(level));
  }

  JavaValue value(int depth) {
    check_depth(depth);
    auto tag = feed_.byte();
    switch (tag) {
      case kNull:
        return {};
      case kReference: {
        const auto& handle = referred();
        if (!handle.object) return class_object(handle.described);
        return handle.object;
      }
      case kString: {
        auto* text = create(JavaObject::Kind::text, nullptr);
        text->text = utf();
        return text;
      }
      case kLongString: {
        auto* text = create(JavaObject::Kind::text, nullptr);
        auto size = feed_.integer<uint64_t>();
        text->text = from_modified_utf8(feed_.take(size));
        return text;
      }
      case kObject:
        return instance(depth);
      case kArray:
        return array(depth);
      case kEnum: {
        const auto* of = description(depth);
        if (!of) throw DecodeError("a constant without a class in a Java stream");
        auto* constant = create(JavaObject::Kind::constant, of);
        constant->text = text_of(value(depth + 1));
        return constant;
      }
      case kClass:
        return create(JavaObject::Kind::class_object, description(depth));
      case kClassDescription:
      case kProxyDescription:
        return class_object(description(tag, depth));
      case kReset:
        handles_.clear();
        return value(depth + 1);
      case kException:
        throw DecodeError("the peer failed while it wrote its answer");
      default:
        unexpected(tag);
    }
  }

  /// A description that stands where an object may; it has its handle already.
  JavaValue class_object(const JavaClass* described) {
    count(1);
    auto* object = &message_->objects.emplace_back();
    object->kind = JavaObject::Kind::class_object;
    object->of = described;
    return object;
  }

  Feed& feed_;
  std::unique_ptr<JavaMessage> message_;
  std::vector<Handle> handles_;
  int64_t things_ = 0;
};

void append_utf8(std::string& out, uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
    return;
  }
  int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  constexpr uint8_t kLeads[] = {0, 0xC0, 0xE0, 0xF0};
  out += static_cast<char>(kLeads[more] | code >> (6 * more));
  while (more-- > 0) out += static_cast<char>(0x80 | (code >> (6 * more) & 0x3F));
}

/// The surrogate whose three bytes stand at `at`, 0 where none does.
uint32_t surrogate_at(std::string_view bytes, size_t at) {
  if (at + 3 > bytes.size() || static_cast<uint8_t>(bytes[at]) != 0xED) return 0;
  auto second = static_cast<uint8_t>(bytes[at + 1]), third = static_cast<uint8_t>(bytes[at + 2]);
  if (second < 0xA0 || second > 0xBF || third < 0x80 || third > 0xBF) return 0;
  return 0xD000 | (second & 0x3FU) << 6 | (third & 0x3FU);
}

}  // namespace

std::unique_ptr<JavaMessage> read_java(Feed& feed) { return Reader(feed).read(); }

std::string from_modified_utf8(std::string_view bytes) {
  if (bytes.find_first_of("\xC0\xED") == std::string_view::npos) return std::string(bytes);
  std::string text;
  for (size_t at = 0; at < bytes.size();) {
    if (bytes.substr(at, 2) == "\xC0\x80") {
      text += '\0';
      at += 2;
      continue;
    }
    auto high = surrogate_at(bytes, at), low = high ? surrogate_at(bytes, at + 3) : 0;
    if (high >= 0xD800 && high < 0xDC00 && low >= 0xDC00) {
      append_utf8(text, 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00));
      at += 6;
      continue;
    }
    text += bytes[at++];
  }
  return text;
}

std::string to_modified_utf8(std::string_view utf8) {
  std::string bytes;
  for (size_t at = 0; at < utf8.size();) {
    auto lead = static_cast<uint8_t>(utf8[at]);
    if (lead == 0) {
      bytes += "\xC0\x80";
      ++at;
    } else if (lead >= 0xF0 && at + 4 <= utf8.size()) {
      uint32_t code = lead & 7U;
      for (size_t i = 1; i < 4; ++i)
        code = code << 6 | (static_cast<uint8_t>(utf8[at + i]) & 0x3FU);
      code -= 0x10000;
      append_utf8(bytes, 0xD800 | (code >> 10 & 0x3FF));
      append_utf8(bytes, 0xDC00 | (code & 0x3FF));
      at += 4;
    } else {
      bytes += utf8[at++];
    }
  }
  return bytes;
}

}  // namespace kt::jmx
