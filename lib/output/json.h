// JSON written straight into a string or sink: nothing is held, numbers ignore the locale, and any
// byte may come.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "output/value.h"

namespace kt {

/// Appends JSON to a string; commas are placed by the writer.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }
  void key(std::string_view name);

  void null();
  void boolean(bool value);
  void integer(int64_t value);
  /// Shortest digits that read back equal; infinities and NaN are null, as JSON has none.
  void real(double value);
  /// Bytes as a string where they are UTF-8, else as {"base64":"..."}.
  void text(std::string_view bytes);
  /// The value as its column's kind says; nested rows become objects.
  void value(const Column& column, const Value& value);
  /// An object of the columns' keys.
  void row(const std::vector<Column>& columns, const Row& row);

 private:
  void open(char bracket);
  void close(char bracket);
  void comma();

  std::string& out_;
  bool needs_comma_ = false;
};

/// A JSON string with quotes. Control and bidirectional characters are escaped, so that it is safe
/// on a terminal.
void append_json_string(std::string& out, std::string_view utf8);

}  // namespace kt
