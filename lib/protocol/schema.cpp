// Finding messages by key and by name.
#include "protocol/schema.h"

#include <algorithm>
#include <array>

namespace kt {
namespace {

constexpr char letter(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Equal but for case, `-` and `_`.
bool same_name(std::string_view left, std::string_view right) {
  auto skip = [](std::string_view& text) {
    while (!text.empty() && (text[0] == '-' || text[0] == '_')) text.remove_prefix(1);
  };
  for (;; left.remove_prefix(1), right.remove_prefix(1)) {
    skip(left), skip(right);
    if (left.empty() || right.empty()) return left.empty() && right.empty();
    if (letter(left[0]) != letter(right[0])) return false;
  }
}

}  // namespace

const Api* find_api(int16_t key) {
  auto list = apis();
  auto found = std::ranges::lower_bound(list, key, {}, &Api::key);
  return found != list.end() && found->key == key ? &*found : nullptr;
}

const Api* find_api(std::string_view name) {
  auto list = apis();
  auto found =
      std::ranges::find_if(list, [&](const Api& api) { return same_name(api.name, name); });
  return found != list.end() ? &*found : nullptr;
}

const MessageTable* find_data_message(std::string_view name) {
  auto list = data_messages();
  auto found = std::ranges::find_if(
      list, [&](const MessageTable* table) { return same_name(table->name, name); });
  return found != list.end() ? *found : nullptr;
}

std::string_view route_name(Route route) {
  constexpr std::array<std::string_view, 7> kNames{"any",         "leader", "controller", "group",
                                                   "transaction", "share",  "each broker"};
  return kNames[static_cast<size_t>(route)];
}

std::string_view type_name(FieldType type) {
  constexpr std::array<std::string_view, 13> kNames{
      "bool",    "int8", "int16",  "int32", "int64",   "uint16", "uint32",
      "float64", "uuid", "string", "bytes", "records", "struct"};
  return kNames[static_cast<size_t>(type)];
}

}  // namespace kt
