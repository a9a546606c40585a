#include "base/units.h"

#include <charconv>
#include <cmath>
#include <cstdio>

#include "base/error.h"
#include "base/text.h"

namespace kt {
namespace {

struct Unit {
  std::string_view name;
  int64_t factor;
};

constexpr Unit kTimeUnits[] = {{"w", 604'800'000}, {"d", 86'400'000}, {"h", 3'600'000},
                               {"m", 60'000},      {"s", 1'000},      {"ms", 1}};
constexpr Unit kSizeUnits[] = {{"b", 1},
                               {"kib", 1LL << 10},
                               {"mib", 1LL << 20},
                               {"gib", 1LL << 30},
                               {"tib", 1LL << 40},
                               {"pib", 1LL << 50},
                               {"kb", 1'000},
                               {"mb", 1'000'000},
                               {"gb", 1'000'000'000},
                               {"tb", 1'000'000'000'000},
                               {"pb", 1'000'000'000'000'000}};

[[noreturn]] void refuse(std::string_view text, const char* what) {
  throw Error(in_quotes(text) + " is not a " + what, Exit::usage);
}

/// Takes `12` or `1.5` off the front of `text`, times `factor_of(unit)`; false where that is no
/// exact integer.
bool scaled(std::string_view number, int64_t factor, int64_t& value) {
  size_t point = number.find('.');
  int64_t whole = 0;
  if (!parse_int64(number.substr(0, point), whole) || whole < 0) return false;
  if (__builtin_mul_overflow(whole, factor, &value)) return false;
  if (point == std::string_view::npos) return true;
  auto digits = number.substr(point + 1);
  int64_t part = 0, scale = 1;
  if (digits.empty() || digits.size() > 9 || !parse_int64(digits, part) || part < 0) return false;
  for (size_t i = 0; i < digits.size(); ++i) scale *= 10;
  __int128 exact = static_cast<__int128>(part) * factor;
  return exact % scale == 0 &&
         !__builtin_add_overflow(value, static_cast<int64_t>(exact / scale), &value);
}

std::string_view take_while(std::string_view& text, std::string_view characters) {
  size_t end = std::min(text.find_first_not_of(characters), text.size());
  auto taken = text.substr(0, end);
  text.remove_prefix(end);
  return taken;
}

}  // namespace

std::chrono::milliseconds parse_duration(std::string_view text) {
  constexpr const char* kWhat = "duration (such as 250ms, 30s, 1h30m, 7d)";
  if (text == "0") return {};
  auto rest = text;
  int64_t total = 0;
  const Unit* previous = nullptr;
  while (!rest.empty()) {
    auto number = take_while(rest, "0123456789.");
    auto name = take_while(rest, "abcdefghijklmnopqrstuvwxyz");
    const Unit* unit = nullptr;
    for (const auto& candidate : kTimeUnits)
      if (candidate.name == name) unit = &candidate;
    int64_t value = 0;
    if (!unit || (previous && unit->factor >= previous->factor) ||
        !scaled(number, unit->factor, value) || __builtin_add_overflow(total, value, &total))
      refuse(text, kWhat);
    previous = unit;
  }
  if (!previous) refuse(text, kWhat);
  return std::chrono::milliseconds(total);
}

std::string format_duration(std::chrono::milliseconds duration) {
  int64_t left = duration.count();
  if (left == 0) return "0s";
  std::string text;
  if (left < 0) {
    text = "-";
    left = -left;
  }
  for (const auto& unit : kTimeUnits) {
    if (unit.name == "w" || left < unit.factor) continue;
    text += std::to_string(left / unit.factor) + std::string(unit.name);
    left %= unit.factor;
  }
  return text;
}

Size parse_size(std::string_view text) {
  auto rest = text;
  auto number = take_while(rest, "0123456789.");
  auto name = lower(rest);
  int64_t value = 0;
  for (const auto& unit : kSizeUnits)
    if ((unit.name == name || (name.empty() && unit.factor == 1)) &&
        scaled(number, unit.factor, value))
      return {value};
  refuse(text, "size (such as 512KiB, 10MB, 1GiB, 4096)");
}

std::string format_size(int64_t bytes) {
  constexpr const char* kNames[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double value = static_cast<double>(bytes);
  int unit = 0;
  while (std::fabs(value) >= 999.5 && unit < 6) {
    value /= 1024;
    ++unit;
  }
  // to_chars, not printf: a locale must not change the decimal point.
  char digits[32];
  int decimals = unit == 0 || std::fabs(value) >= 99.95 ? 0 : 1;
  auto end =
      std::to_chars(digits, digits + sizeof digits, value, std::chars_format::fixed, decimals).ptr;
  return std::string(digits, end) + ' ' + kNames[unit];
}

std::string exact_size(int64_t bytes) {
  constexpr const char* kNames[] = {"", "KiB", "MiB", "GiB", "TiB"};
  int unit = 0;
  while (bytes != 0 && bytes % 1024 == 0 && unit < 4) {
    bytes /= 1024;
    ++unit;
  }
  return std::to_string(bytes) + kNames[unit];
}

}  // namespace kt
