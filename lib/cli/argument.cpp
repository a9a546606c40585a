#include "cli/argument.h"

#include <charconv>
#include <limits>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace kt {
namespace {

template <class Int>
void parse_integer(std::string_view text, Int& value) {
  int64_t wide = 0;
  if (!parse_int64(text, wide))
    throw Error(in_quotes(text) + " is not a whole number", Exit::usage);
  value = static_cast<Int>(wide);
  if (value != wide)
    throw Error(in_quotes(text) + " is beyond " + std::to_string(std::numeric_limits<Int>::max()),
                Exit::usage);
}

}  // namespace

void parse_value(std::string_view text, bool& value) {
  if (text == "true" || text == "yes" || text == "1")
    value = true;
  else if (text == "false" || text == "no" || text == "0")
    value = false;
  else
    throw Error(in_quotes(text) + " is neither true nor false", Exit::usage);
}
void parse_value(std::string_view text, std::string& value) { value = text; }
void parse_value(std::string_view text, int16_t& value) { parse_integer(text, value); }
void parse_value(std::string_view text, int32_t& value) { parse_integer(text, value); }
void parse_value(std::string_view text, int64_t& value) { parse_integer(text, value); }
void parse_value(std::string_view text, double& value) {
  const char* end = text.data() + text.size();
  auto result = std::from_chars(text.data(), end, value);
  if (result.ec != std::errc() || result.ptr != end)
    throw Error(in_quotes(text) + " is not a number", Exit::usage);
}
void parse_value(std::string_view text, std::chrono::milliseconds& value) {
  value = parse_duration(text);
}
void parse_value(std::string_view text, Size& value) { value = parse_size(text); }
void parse_value(std::string_view text, Position& value) { value = parse_position(text); }
void parse_value(std::string_view text, Selection& value) { value = parse_selection(text); }

std::string show_value(bool) { return {}; }
std::string show_value(const std::string& value) { return value; }
std::string show_value(int64_t value) { return std::to_string(value); }
std::string show_value(double value) {
  char digits[40];
  return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
}
std::string show_value(std::chrono::milliseconds value) { return format_duration(value); }
std::string show_value(Size value) { return exact_size(value.bytes); }
std::string show_value(const Position& value) { return format_position(value); }
std::string show_value(const Selection& value) { return format_selection(value); }

Target::Target(void* variable, Parse* parse, bool takes_value, bool repeats, Show* show)
    : parse_([variable, parse](std::string_view text) { parse(variable, text); }),
      takes_value_(takes_value),
      repeats_(repeats) {
  if (show) shown_default_ = show(variable);
}
Target::Target(std::function<void(std::string_view)> parse, bool repeats)
    : parse_(std::move(parse)), repeats_(repeats) {}
Target::Target(const Target& other) = default;
Target::Target(Target&& other) noexcept = default;
Target& Target::operator=(const Target& other) = default;
Target& Target::operator=(Target&& other) noexcept = default;
Target::~Target() = default;

}  // namespace kt
