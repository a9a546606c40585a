// The one place outside of messages that knows nlohmann, whose events fill our values.
#include "base/json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace kt {
namespace {

constexpr size_t kMostLevels = 100;

/// Takes nlohmann's events; the values under construction stand on a stack.
class Builder {
 public:
  bool null() { return put(nullptr); }
  bool boolean(bool value) { return put(value); }
  bool number_integer(int64_t value) { return put(value); }
  bool number_unsigned(uint64_t value) {
    if (value > INT64_MAX) return put(Json::Number{std::to_string(value)});
    return put(static_cast<int64_t>(value));
  }
  bool number_float(double, const std::string& digits) { return put(Json::Number{digits}); }
  bool string(std::string& value) { return put(std::move(value)); }
  bool binary(nlohmann::json::binary_t&) { return false; }
  bool start_object(size_t) { return open(Json::Object{}); }
  bool start_array(size_t) { return open(Json::Array{}); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(std::string& name) {
    keys_.back() = std::move(name);
    return true;
  }
  bool parse_error(size_t, const std::string&, const nlohmann::json::exception& error) {
    // nlohmann's sentence starts with its own name in brackets.
    error_ = error.what();
    auto start = error_.find("] ");
    if (start != std::string::npos) error_.erase(0, start + 2);
    return false;
  }

  Json take() { return std::move(root_); }
  const std::string& error() const { return error_; }

 private:
  bool put(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (auto* array = std::get_if<Json::Array>(&open_.back())) {
      array->push_back(std::move(value));
    } else {
      std::get<Json::Object>(open_.back()).emplace_back(std::move(keys_.back()), std::move(value));
    }
    return true;
  }
  bool open(std::variant<Json::Array, Json::Object> value) {
    if (open_.size() == kMostLevels) {
      error_ = fmt::format("more than {} levels", kMostLevels);
      return false;
    }
    open_.push_back(std::move(value));
    keys_.emplace_back();
    return true;
  }
  bool close() {
    auto value =
        std::visit([](auto&& made) { return Json(std::move(made)); }, std::move(open_.back()));
    open_.pop_back();
    keys_.pop_back();
    return put(std::move(value));
  }

  std::vector<std::variant<Json::Array, Json::Object>> open_;
  std::vector<std::string> keys_;  ///< the member that comes next, one for each open value
  Json root_;
  std::string error_;
};

void append_text(std::string& out, const std::string& text) {
  out += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

struct Writer {
  std::string& out;

  void operator()(std::nullptr_t) { out += "null"; }
  void operator()(bool value) { out += value ? "true" : "false"; }
  void operator()(int64_t value) { out += std::to_string(value); }
  void operator()(const Json::Number& value) { out += value.digits; }
  void operator()(const std::string& value) { append_text(out, value); }
  void operator()(const Json::Array& items) {
    out += '[';
    for (size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out += ',';
      out += items[i].text();
    }
    out += ']';
  }
  void operator()(const Json::Object& members) {
    out += '{';
    for (size_t i = 0; i < members.size(); ++i) {
      if (i > 0) out += ',';
      append_text(out, members[i].first);
      out += ':' + members[i].second.text();
    }
    out += '}';
  }
};

std::string_view kind(const Json& json) {
  if (json.is_null()) return "null";
  if (json.get<bool>()) return "a boolean";
  if (json.get<int64_t>() || json.get<Json::Number>()) return "a number";
  if (json.get<std::string>()) return "a string";
  return json.get<Json::Array>() ? "an array" : "an object";
}

}  // namespace

Json Json::parse(std::string_view text, std::string_view what) {
  Builder builder;
  bool good = nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  if (!good) throw Error(fmt::format("{}: not JSON: {}", what, builder.error()));
  return builder.take();
}

std::string Json::text() const {
  std::string out;
  std::visit(Writer{out}, value_);
  return out;
}

const Json* Json::find(std::string_view key) const {
  const auto* members = get<Object>();
  if (!members) return nullptr;
  for (auto member = members->rbegin(); member != members->rend(); ++member)
    if (member->first == key) return &member->second;
  return nullptr;
}

Json& Json::at(std::string_view key) {
  if (const auto* found = find(key)) return const_cast<Json&>(*found);
  return std::get<Object>(value_).emplace_back(std::string(key), Json()).second;
}

void JsonPlace::fail(const std::string& what) const { throw Error(name_ + ": " + what); }

JsonPlace JsonPlace::operator[](std::string_view key) const {
  const auto* found = json_->find(key);
  if (!found) fail(in_quotes(key) + " is missing");
  return {*found, fmt::format("{}: {}", name_, key)};
}

std::optional<JsonPlace> JsonPlace::find(std::string_view key) const {
  const auto* found = json_->find(key);
  if (!found || found->is_null()) return std::nullopt;
  return JsonPlace{*found, fmt::format("{}: {}", name_, key)};
}

int64_t JsonPlace::integer(int64_t least, int64_t most) const {
  const auto* number = json_->get<int64_t>();
  if (!number) fail(fmt::format("a whole number is needed, not {}", kind(*json_)));
  if (*number < least || *number > most)
    fail(fmt::format("{} is not within {} and {}", *number, least, most));
  return *number;
}

int64_t JsonPlace::integer_or_text(int64_t least, int64_t most) const {
  const auto* digits = json_->get<std::string>();
  if (!digits) return integer(least, most);
  int64_t number = 0;
  if (!parse_int64(*digits, number) || number < least || number > most)
    fail(fmt::format("{} is no number within {} and {}", in_quotes(*digits), least, most));
  return number;
}

const std::string& JsonPlace::text() const {
  const auto* text = json_->get<std::string>();
  if (!text) fail(fmt::format("a string is needed, not {}", kind(*json_)));
  return *text;
}

std::vector<JsonPlace> JsonPlace::items() const {
  const auto* array = json_->get<Json::Array>();
  if (!array) fail(fmt::format("an array is needed, not {}", kind(*json_)));
  std::vector<JsonPlace> places;
  for (size_t i = 0; i < array->size(); ++i)
    places.emplace_back((*array)[i], fmt::format("{}[{}]", name_, i));
  return places;
}

std::vector<std::pair<std::string, JsonPlace>> JsonPlace::members() const {
  const auto* object = json_->get<Json::Object>();
  if (!object) fail(fmt::format("an object is needed, not {}", kind(*json_)));
  std::vector<std::pair<std::string, JsonPlace>> places;
  for (const auto& [key, value] : *object)
    places.emplace_back(key, JsonPlace(value, fmt::format("{}: {}", name_, key)));
  return places;
}

std::vector<int32_t> JsonPlace::int32s(int32_t least) const {
  std::vector<int32_t> numbers;
  for (const auto& item : items()) numbers.push_back(item.int32(least));
  return numbers;
}

}  // namespace kt
