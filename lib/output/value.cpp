#include "output/value.h"

namespace kt {

Value::Value() noexcept = default;
Value::Value(const Value& other) = default;
Value::Value(Value&& other) noexcept = default;
Value& Value::operator=(const Value& other) = default;
Value& Value::operator=(Value&& other) noexcept = default;
Value::~Value() = default;

Value::Value(bool value) : data_(value) {}
Value::Value(int64_t value) : data_(value) {}
Value::Value(double value) : data_(value) {}
Value::Value(std::string value) : data_(std::move(value)) {}
Value::Value(std::string_view value) : data_(std::string(value)) {}
Value::Value(const char* value) : data_(std::string(value)) {}
Value::Value(List list) : data_(std::move(list)) {}

Value Value::borrowed(std::string_view bytes) {
  Value value;
  value.data_ = bytes;
  return value;
}

bool Value::boolean() const { return std::get<bool>(data_); }
int64_t Value::integer() const { return std::get<int64_t>(data_); }
double Value::real() const {
  auto whole = std::get_if<int64_t>(&data_);
  return whole ? static_cast<double>(*whole) : std::get<double>(data_);
}
std::string_view Value::text() const {
  auto owned = std::get_if<std::string>(&data_);
  return owned ? std::string_view(*owned) : std::get<std::string_view>(data_);
}
const Value::List& Value::list() const { return std::get<List>(data_); }

Kind Value::kind() const {
  if (is_boolean()) return Kind::boolean;
  if (is_integer()) return Kind::integer;
  if (is_real()) return Kind::real;
  return is_null() || is_list() ? Kind::any : Kind::text;
}

}  // namespace kt
