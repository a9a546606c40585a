#include "output/json.h"

#include <charconv>
#include <cmath>

#include "base/base64.h"
#include "base/utf8.h"

namespace kt {

void JsonWriter::comma() {
  if (needs_comma_) out_ += ',';
  needs_comma_ = true;
}

void JsonWriter::open(char bracket) {
  comma();
  out_ += bracket;
  needs_comma_ = false;
}

void JsonWriter::close(char bracket) {
  out_ += bracket;
  needs_comma_ = true;
}

void JsonWriter::key(std::string_view name) {
  comma();
  append_json_string(out_, name);
  out_ += ':';
  needs_comma_ = false;
}

void JsonWriter::null() {
  comma();
  out_ += "null";
}

void JsonWriter::boolean(bool value) {
  comma();
  out_ += value ? "true" : "false";
}

void JsonWriter::integer(int64_t value) {
  comma();
  char digits[24];
  out_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

void JsonWriter::real(double value) {
  if (!std::isfinite(value)) return null();
  comma();
  char digits[40];
  out_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

void JsonWriter::text(std::string_view bytes) {
  if (is_utf8(bytes)) {
    comma();
    append_json_string(out_, bytes);
    return;
  }
  begin_object();
  key("base64");
  comma();
  out_ += '"';
  append_base64(out_, bytes);
  out_ += '"';
  end_object();
}

void JsonWriter::value(const Column& column, const Value& value) {
  if (value.is_null()) return null();
  switch (column.kind) {
    case Kind::text:
      return text(value.text());
    case Kind::boolean:
      return boolean(value.boolean());
    case Kind::real:
      return real(value.real());
    case Kind::integer:
    case Kind::size_bytes:
    case Kind::timestamp_ms:
    case Kind::duration_ms:
      return integer(value.integer());
    case Kind::any:
      if (!value.is_list()) return this->value({{}, {}, value.kind()}, value);
      break;
    case Kind::texts:
    case Kind::integers:
    case Kind::rows:
      break;
  }
  begin_array();
  for (const auto& element : value.list()) {
    if (column.kind == Kind::rows)
      row(column.columns, element.list());
    else if (element.is_null())
      null();
    else if (column.kind == Kind::any)
      this->value({{}, {}, Kind::any}, element);
    else if (column.kind == Kind::texts)
      text(element.text());
    else
      integer(element.integer());
  }
  end_array();
}

void JsonWriter::row(const std::vector<Column>& columns, const Row& row) {
  begin_object();
  for (size_t i = 0; i < columns.size(); ++i) {
    key(columns[i].key);
    value(columns[i], row.at(i));
  }
  end_object();
}

void append_json_string(std::string& out, std::string_view utf8) {
  out += '"';
  size_t plain = 0;
  auto escape = [&](size_t at, size_t bytes, uint32_t code) {
    out.append(utf8, plain, at - plain);
    plain = at + bytes;
    switch (code) {
      case '"':
        out += "\\\"";
        return;
      case '\\':
        out += "\\\\";
        return;
      case '\n':
        out += "\\n";
        return;
      case '\r':
        out += "\\r";
        return;
      case '\t':
        out += "\\t";
        return;
      default:
        break;
    }
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += "0123456789abcdef"[code >> shift & 15];
  };
  for (size_t at = 0; at < utf8.size();) {
    auto byte = static_cast<uint8_t>(utf8[at]);
    if (byte < 0x80) {
      if (byte < 0x20 || byte == '"' || byte == '\\' || byte == 0x7f) escape(at, 1, byte);
      ++at;
      continue;
    }
    auto [value, bytes] = first_code_point(utf8.substr(at));
    size_t length = bytes > 0 ? static_cast<size_t>(bytes) : 1;
    if (bytes == 0)
      escape(at, 1, 0xfffd);
    else if (is_unsafe(value))
      escape(at, length, value);
    at += length;
  }
  out.append(utf8, plain, utf8.size() - plain);
  out += '"';
}

}  // namespace kt
