// JSON that others wrote, held to be read with checks and, where it goes back, written again with
// everything in it that kt does not know: members keep their order, numbers their digits.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.h"

namespace kt {

class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::vector<std::pair<std::string, Json>>;
  /// A number that is no 64-bit integer, as it stood.
  struct Number {
    std::string digits;
    bool operator==(const Number&) const = default;
  };
  using Value = std::variant<std::nullptr_t, bool, int64_t, Number, std::string, Array, Object>;

  Json() = default;
  template <class T>
    requires std::constructible_from<Value, T>
  Json(T&& value) : value_(std::forward<T>(value)) {}    // NOLINT: a value is a Json
  Json(const char* text) : value_(std::string(text)) {}  // NOLINT
  Json(int32_t number) : value_(int64_t{number}) {}      // NOLINT

  /// Throws Error with `what` in front. Deeper than 100 levels is refused; of a member that stands
  /// twice the last counts.
  static Json parse(std::string_view text, std::string_view what);
  /// In one line, without blanks.
  std::string text() const;

  bool is_null() const { return std::holds_alternative<std::nullptr_t>(value_); }
  template <class T>
  const T* get() const {
    return std::get_if<T>(&value_);
  }
  /// The member, or nullptr where there is none or this is no object.
  const Json* find(std::string_view key) const;
  /// The member, made where there is none. Only for objects.
  Json& at(std::string_view key);

  bool operator==(const Json&) const = default;

 private:
  Value value_ = nullptr;
};

/// A place in somebody's JSON that knows its name for the error: `/brokers/ids/1: port: 70000 is
/// not within 0 and 65535`.
class JsonPlace {
 public:
  JsonPlace(const Json& json, std::string name) : json_(&json), name_(std::move(name)) {}

  const Json& json() const { return *json_; }
  /// A member that must be there.
  JsonPlace operator[](std::string_view key) const;
  /// Nothing where it is absent or null.
  std::optional<JsonPlace> find(std::string_view key) const;

  int64_t integer(int64_t least, int64_t most) const;
  int32_t int32(int32_t least = INT32_MIN) const {
    return static_cast<int32_t>(integer(least, INT32_MAX));
  }
  /// An integer that may stand as a string too.
  int64_t integer_or_text(int64_t least, int64_t most) const;
  const std::string& text() const;
  std::vector<JsonPlace> items() const;
  std::vector<std::pair<std::string, JsonPlace>> members() const;
  std::vector<int32_t> int32s(int32_t least = INT32_MIN) const;

  [[noreturn]] void fail(const std::string& what) const;

 private:
  const Json* json_;
  std::string name_;
};

}  // namespace kt
