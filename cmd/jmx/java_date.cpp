#include "jmx/java_date.h"

#include <fmt/format.h>

#include <ctime>

#include "base/error.h"
#include "base/text.h"

namespace kt {
namespace {

constexpr std::string_view kMonths[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};
constexpr std::string_view kDays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                      "Thursday", "Friday", "Saturday"};

std::string padded(int64_t number, size_t width) { return fmt::format("{:0{}}", number, width); }

/// `+0100`, `+01:00`, `+01`
std::string offset_text(int64_t seconds, std::string_view between, bool minutes) {
  auto absolute = seconds < 0 ? -seconds : seconds;
  auto text = (seconds < 0 ? "-" : "+") + padded(absolute / 3600, 2);
  return minutes ? text.append(between) + padded(absolute / 60 % 60, 2) : text;
}

std::string field(char letter, size_t width, const std::tm& time, int64_t milliseconds) {
  switch (letter) {
    case 'y': {
      int64_t year = int64_t{time.tm_year} + 1900;
      return width == 2 ? padded(year % 100, 2) : padded(year, width);
    }
    case 'M': {
      auto name = kMonths[time.tm_mon];
      if (width >= 3) return std::string(width == 3 ? name.substr(0, 3) : name);
      return padded(time.tm_mon + 1, width);
    }
    case 'd':
      return padded(time.tm_mday, width);
    case 'D':
      return padded(time.tm_yday + 1, width);
    case 'H':
      return padded(time.tm_hour, width);
    case 'k':
      return padded(time.tm_hour == 0 ? 24 : time.tm_hour, width);
    case 'K':
      return padded(time.tm_hour % 12, width);
    case 'h':
      return padded(time.tm_hour % 12 == 0 ? 12 : time.tm_hour % 12, width);
    case 'm':
      return padded(time.tm_min, width);
    case 's':
      return padded(time.tm_sec, width);
    case 'S':
      return padded(milliseconds, width);
    case 'a':
      return time.tm_hour < 12 ? "AM" : "PM";
    case 'E': {
      auto name = kDays[time.tm_wday];
      return std::string(width <= 3 ? name.substr(0, 3) : name);
    }
    case 'z':
      return time.tm_zone;
    case 'Z':
      return offset_text(time.tm_gmtoff, "", true);
    case 'X':
      if (time.tm_gmtoff == 0) return "Z";
      return offset_text(time.tm_gmtoff, width == 3 ? ":" : "", width > 1);
    default:
      return {};
  }
}

}  // namespace

std::string format_java_date(std::string_view pattern, int64_t timestamp_ms, bool utc) {
  int64_t milliseconds = ((timestamp_ms % 1000) + 1000) % 1000;
  auto seconds = static_cast<std::time_t>((timestamp_ms - milliseconds) / 1000);
  std::tm time{};
  if (utc)
    gmtime_r(&seconds, &time);
  else
    localtime_r(&seconds, &time);
  std::string text;
  for (size_t at = 0; at < pattern.size();) {
    char c = pattern[at];
    if (c == '\'') {
      auto end = pattern.find('\'', at + 1);
      if (end == std::string_view::npos)
        throw Error("a quote in " + in_quotes(pattern) + " is not closed", Exit::usage);
      // Two in a row are one, also inside of quotes.
      bool doubled = end == at + 1 || (at > 0 && pattern[at - 1] == '\'');
      if (doubled) text += '\'';
      text += pattern.substr(at + 1, end - at - 1);
      at = end + 1;
      continue;
    }
    if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z')) {
      text += c;
      ++at;
      continue;
    }
    size_t width = std::min(pattern.find_first_not_of(c, at), pattern.size()) - at;
    if (std::string_view("yMdDHkKhmsSaEzZX").find(c) == std::string_view::npos || width > 20)
      throw Error(in_quotes(pattern) + " is no format of a date that kt knows: " + c, Exit::usage,
                  "yyyy-MM-dd HH:mm:ss.SSS is one");
    text += field(c, width, time, milliseconds);
    at += width;
  }
  return text;
}

}  // namespace kt
