// Prints messages as JSON, straight into a string.
#include <charconv>
#include <cmath>

#include "base/base64.h"
#include "base/utf8.h"
#include "protocol/json.h"
#include "protocol/values.h"

namespace kt {
namespace {

/// Quoted, with the escapes that Jackson chooses. Bytes that are not UTF-8 become U+FFFD.
void append_string(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  static constexpr std::string_view kSpecial = "\"\\\b\f\n\r\t", kLetters = "\"\\bfnrt";
  out += '"';
  while (!text.empty()) {
    size_t length = 1;
    if (auto at = kSpecial.find(text[0]); at != std::string_view::npos) {
      out.append({'\\', kLetters[at]});
    } else if (static_cast<uint8_t>(text[0]) < 0x20) {
      out.append("\\u00").append({kHex[text[0] >> 4], kHex[text[0] & 15]});
    } else if (int bytes = first_code_point(text).bytes; bytes > 0) {
      length = static_cast<size_t>(bytes);
      out.append(text, 0, length);
    } else {
      out += "\xef\xbf\xbd";
    }
    text.remove_prefix(length);
  }
  out += '"';
}

class Printer {
 public:
  Printer(std::string& out, int16_t version, JsonForm form)
      : out_(out), version_(version), indented_(form == JsonForm::indented) {}

  void structure(const StructTable& structure, const void* value) {
    open('{');
    for (const auto& field : structure.fields) {
      if (!field.versions.contains(version_)) continue;
      const void* member = member_of(value, field);
      if (field.tag >= 0 && is_default(field, member)) continue;
      key(field.name);
      this->field(field, member);
    }
    if (auto tags = unknown_tags(structure, value); tags && !tags->empty()) unknown(*tags);
    close('}');
  }

 private:
  void field(const FieldTable& field, const void* member) {
    if (!field.holder) return value(field, member, false);
    Elements elements = field.holder->view(member);
    if (!elements.present) return void(out_ += "null");
    if (!field.array) return value(field, elements.first, true);
    size_t size = element_size(field);
    open('[');
    for (size_t i = 0; i < elements.count; ++i) {
      separate();
      value(field, static_cast<const char*>(elements.first) + i * size, true);
    }
    close(']');
  }

  void value(const FieldTable& field, const void* member, bool element) {
    switch (field.type) {
      case FieldType::structure:
        return structure(*field.structure, member);
      case FieldType::boolean:
        out_ += as<bool>(member) ? "true" : "false";
        return;
      case FieldType::float64:
        return number(as<double>(member));
      case FieldType::uuid:
        out_.append("\"").append(as<Uuid>(member).text()).append("\"");
        return;
      case FieldType::string:
      case FieldType::bytes:
      case FieldType::records:
        return text(field, text_of(field, member, element));
      default:
        out_ += std::to_string(integer_of(field.type, member));
        return;
    }
  }

  void text(const FieldTable& field, std::optional<std::string_view> text) {
    if (!text)
      out_ += "null";
    else if (field.type == FieldType::string)
      append_string(out_, *text);
    else {
      out_ += '"';
      append_base64(out_, *text);
      out_ += '"';
    }
  }

  /// As Java prints a double: a point always, an exponent outside 0.001 to 10,000,000.
  void number(double value) {
    if (std::isnan(value)) return void(out_ += "\"NaN\"");
    if (std::isinf(value)) return void(out_ += value < 0 ? "\"-Infinity\"" : "\"Infinity\"");
    double size = std::fabs(value);
    bool plain = size == 0 || (size >= 1e-3 && size < 1e7);
    char digits[32];
    auto end = std::to_chars(digits, digits + sizeof digits, value,
                             plain ? std::chars_format::fixed : std::chars_format::scientific)
                   .ptr;
    std::string_view all(digits, static_cast<size_t>(end - digits));
    auto e = all.find('e');
    std::string_view mantissa = all.substr(0, e);
    out_ += mantissa;
    if (mantissa.find('.') == std::string_view::npos) out_ += ".0";
    if (e == std::string_view::npos) return;
    int exponent = 0;
    const char* first = digits + e + 1;
    std::from_chars(*first == '+' ? first + 1 : first, end, exponent);
    out_ += "E" + std::to_string(exponent);
  }

  void unknown(const UnknownTags& tags) {
    key("_unknownTaggedFields");
    open('[');
    for (const auto& tag : tags.list()) {
      separate();
      open('{');
      key("tag");
      out_ += std::to_string(tag.tag);
      key("data");
      out_ += '"';
      append_base64(out_, tag.bytes);
      out_ += '"';
      close('}');
    }
    close(']');
  }

  void open(char bracket) {
    out_ += bracket;
    first_ = true;
    ++depth_;
  }
  void close(char bracket) {
    --depth_;
    if (!first_) new_line();
    out_ += bracket;
    first_ = false;
  }
  void separate() {
    if (!first_) out_ += ',';
    first_ = false;
    new_line();
  }
  void key(std::string_view name) {
    separate();
    out_.append("\"").append(name).append(indented_ ? "\": " : "\":");
  }
  void new_line() {
    if (indented_) out_.append("\n").append(2 * depth_, ' ');
  }

  std::string& out_;
  int16_t version_;
  bool indented_;
  bool first_ = true;
  size_t depth_ = 0;
};

}  // namespace

void write_json(std::string& out, const MessageTable& table, const void* message, int16_t version,
                JsonForm form) {
  Printer(out, version, form).structure(*table.root, message);
}

}  // namespace kt
