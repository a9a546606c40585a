#include "stream_settings.h"

#include "base/properties.h"
#include "base/text.h"
#include "connect.h"

namespace kt {
namespace {

[[noreturn]] void refuse(std::string_view key, const std::string& value,
                         const std::string& wanted) {
  throw Error(std::string(key) + '=' + value + ": " + wanted + " is needed", Exit::usage);
}

}  // namespace

StreamSettings::StreamSettings(const Context& context) : properties_(client_properties(context)) {}

std::optional<std::string> StreamSettings::text(
    std::initializer_list<std::string_view> keys) const {
  const auto* found = last_value(properties_, keys);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

std::optional<int32_t> StreamSettings::number(std::initializer_list<std::string_view> keys,
                                              int32_t least) const {
  auto found = text(keys);
  if (!found) return std::nullopt;
  int64_t value = 0;
  if (!parse_int64(*found, value) || value < least || value > INT32_MAX)
    refuse(*keys.begin(), *found, "a whole number from " + std::to_string(least));
  return static_cast<int32_t>(value);
}

std::optional<std::chrono::milliseconds> StreamSettings::duration(
    std::initializer_list<std::string_view> keys) const {
  auto found = number(keys, 0);
  if (!found) return std::nullopt;
  return std::chrono::milliseconds(*found);
}

std::optional<bool> StreamSettings::boolean(std::initializer_list<std::string_view> keys) const {
  auto found = text(keys);
  if (!found) return std::nullopt;
  auto value = lower(*found);
  if (value != "true" && value != "false") refuse(*keys.begin(), *found, "true or false");
  return value == "true";
}

}  // namespace kt
