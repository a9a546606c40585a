#include "base/time.h"

#include <chrono>
#include <ctime>

#include "base/error.h"
#include "base/text.h"
#include "base/units.h"

namespace kt {
namespace {

int64_t wall_ms() {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

[[noreturn]] void refuse(std::string_view text) {
  throw Error(
      in_quotes(text) +
          " is not a time (such as 2026-11-22T10:00:00Z, 2026-11-22 10:00, -1h, or milliseconds)",
      Exit::usage);
}

/// Takes exactly `digits` decimal digits off the front.
bool take_number(std::string_view& text, size_t digits, int& value) {
  if (text.size() < digits) return false;
  value = 0;
  for (size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return true;
}

bool take(std::string_view& text, std::string_view one_of) {
  if (text.empty() || one_of.find(text[0]) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

struct Parts {
  std::tm civil{};
  int millis = 0;
};

/// `10:00[:00[.250]]`, after the date.
bool take_clock(std::string_view& text, Parts& parts) {
  auto& civil = parts.civil;
  if (!take_number(text, 2, civil.tm_hour) || !take(text, ":") ||
      !take_number(text, 2, civil.tm_min))
    return false;
  if (take(text, ":")) {
    if (!take_number(text, 2, civil.tm_sec)) return false;
    if (take(text, ".,")) {
      int scale = 100, digit = 0, count = 0;
      for (; take_number(text, 1, digit); scale /= 10, ++count) parts.millis += digit * scale;
      if (count == 0) return false;
    }
  }
  return civil.tm_hour <= 23 && civil.tm_min <= 59 && civil.tm_sec <= 60;
}

/// Seconds east of UTC: `Z`, `+01:00`, `-0530`, `+01`.
bool take_zone(std::string_view& text, int& seconds) {
  seconds = 0;
  if (take(text, "Zz")) return true;
  bool west = text.starts_with('-');
  int hours = 0, minutes = 0;
  if (!take(text, "+-") || !take_number(text, 2, hours)) return false;
  take(text, ":");
  if (!text.empty() && !take_number(text, 2, minutes)) return false;
  seconds = (hours * 60 + minutes) * (west ? -60 : 60);
  return hours <= 18 && minutes <= 59;
}

/// Days since 1970 of a civil date; false for a date that is not in the calendar.
bool days_since_epoch(int year, int month, int day, int64_t& days) {
  std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                   std::chrono::day(day)};
  if (!date.ok()) return false;
  days = std::chrono::sys_days(date).time_since_epoch().count();
  return true;
}

}  // namespace

int64_t parse_time(std::string_view text) {
  auto rest = trim(text);
  if (int64_t number; parse_int64(rest, number) && !rest.starts_with('-') && !rest.starts_with('+'))
    return number;
  if (rest == "now") return wall_ms();
  if (rest.starts_with('-')) return wall_ms() - parse_duration(rest.substr(1)).count();

  Parts parts;
  int year = 0, month = 0, day = 0;
  int64_t days = 0;
  if (!take_number(rest, 4, year) || !take(rest, "-") || !take_number(rest, 2, month) ||
      !take(rest, "-") || !take_number(rest, 2, day) || !days_since_epoch(year, month, day, days))
    refuse(text);
  if (take(rest, "Tt ") && !take_clock(rest, parts)) refuse(text);
  take(rest, " ");

  if (rest.empty()) {
    parts.civil.tm_year = year - 1900;
    parts.civil.tm_mon = month - 1;
    parts.civil.tm_mday = day;
    parts.civil.tm_isdst = -1;
    return static_cast<int64_t>(std::mktime(&parts.civil)) * 1000 + parts.millis;
  }
  int zone_seconds = 0;
  if (!take_zone(rest, zone_seconds) || !rest.empty()) refuse(text);
  int64_t seconds =
      days * 86'400 + parts.civil.tm_hour * 3600 + parts.civil.tm_min * 60 + parts.civil.tm_sec;
  return (seconds - zone_seconds) * 1000 + parts.millis;
}

namespace {

std::string format_parts(int64_t timestamp_ms, bool utc, const char* pattern) {
  int64_t millis = (timestamp_ms % 1000 + 1000) % 1000;
  time_t seconds = (timestamp_ms - millis) / 1000;
  std::tm civil{};
  if (!(utc ? gmtime_r(&seconds, &civil) : localtime_r(&seconds, &civil)))
    return std::to_string(timestamp_ms);
  char text[64];
  size_t length = std::strftime(text, sizeof text, pattern, &civil);
  auto fraction = std::to_string(1000 + millis).substr(1);
  return std::string(text, length) + '.' + fraction;
}

}  // namespace

std::string format_utc(int64_t timestamp_ms) {
  return format_parts(timestamp_ms, true, "%Y-%m-%dT%H:%M:%S") + 'Z';
}

std::string format_local(int64_t timestamp_ms, bool utc) {
  return format_parts(timestamp_ms, utc, "%Y-%m-%d %H:%M:%S");
}

std::string local_zone_name() {
  time_t now = std::time(nullptr);
  std::tm civil{};
  localtime_r(&now, &civil);
  return civil.tm_zone ? civil.tm_zone : "UTC";
}

}  // namespace kt
