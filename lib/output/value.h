// What a command prints, described once (Schema) and then given row by row (Value): tables, CSV,
// JSON and JSON Schema all come from these two.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace kt {

/// How a value is written for machines and shown to people. Any value may be null.
enum class Kind {
  text,          ///< bytes, normally UTF-8; other bytes become {"base64":"..."} in JSON
  integer,       ///< 64 bits
  real,          ///< a floating-point number, written shortest
  boolean,       ///< true/false; yes/no in a table
  size_bytes,    ///< an integer; `1.5 GiB` in a table
  timestamp_ms,  ///< an integer, milliseconds since 1970; local time in a table
  duration_ms,   ///< an integer; `1h30m` in a table
  texts,         ///< a list of texts; joined by commas in a table and in CSV
  integers,      ///< a list of integers; joined by commas in a table and in CSV
  any,           ///< whatever the value is: null, a boolean, a number, bytes, or a list of such
  rows,  ///< a list of rows of their own columns; CSV repeats the outer columns for each of them
};

struct Column {
  std::string_view key;    ///< JSON key and CSV heading: snake_case, with the unit (`timestamp_ms`)
  std::string_view title;  ///< table heading; empty keeps the column out of tables
  Kind kind = Kind::text;
  std::string_view help = {};        ///< one sentence for the JSON Schema and the manual
  std::vector<Column> columns = {};  ///< of Kind::rows
  bool only_json = false;            ///< detail that would make several lines of one row elsewhere
};

/// What a command prints: `{"NAME":[{...},...],"errors":[...]}`.
struct Schema {
  std::string_view name;             ///< plural noun, snake_case: "topics"
  std::vector<Column> columns = {};  ///< of each row
  std::vector<Column> fields =
      {};  ///< single values beside the rows ("cluster_id"), set by Report::set
};

/// One value of a row: null, a boolean, a number, bytes, or a list (Kind::rows: a list of rows).
/// Its functions stand in value.cpp: every command makes values, and a variant is long to compile.
class Value {
 public:
  using List = std::vector<Value>;

  Value() noexcept;
  Value(const Value& other);
  Value(Value&& other) noexcept;
  Value& operator=(const Value& other);
  Value& operator=(Value&& other) noexcept;
  ~Value();

  Value(std::nullptr_t) : Value() {}
  Value(std::nullopt_t) : Value() {}
  Value(bool value);
  Value(int64_t value);
  template <std::integral Int>
  Value(Int value) : Value(static_cast<int64_t>(value)) {}
  Value(double value);
  Value(std::string value);
  Value(std::string_view value);
  Value(const char* value);
  Value(List list);
  template <class T>
  Value(const std::optional<T>& value) : Value() {
    if (value) *this = Value(*value);
  }
  template <class T>
    requires(!std::same_as<T, Value>)
  Value(const std::vector<T>& values) : Value(List(values.begin(), values.end())) {}

  /// Bytes that stay where they are: they must outlive the call that writes the row.
  static Value borrowed(std::string_view bytes);

  bool is_null() const { return data_.index() == 0; }
  bool is_boolean() const { return data_.index() == 1; }
  bool is_integer() const { return data_.index() == 2; }
  bool is_real() const { return data_.index() == 3; }
  bool is_list() const { return data_.index() == 6; }
  bool boolean() const;
  int64_t integer() const;
  double real() const;
  std::string_view text() const;
  const List& list() const;
  /// The kind that Kind::any stands for here; Kind::any itself of null and of a list.
  Kind kind() const;

 private:
  std::variant<std::monostate, bool, int64_t, double, std::string, std::string_view, List> data_;
};

/// The values of a row, in the order of its columns.
using Row = std::vector<Value>;

}  // namespace kt
