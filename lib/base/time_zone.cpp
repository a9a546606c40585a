#include "base/time_zone.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>

#include "base/error.h"
#include "base/text.h"

namespace kt {
namespace {

constexpr int64_t kBlockMs = 15 * 60'000;  // no zone changes its offset in between

/// Puts another zone into TZ for its lifetime.
class ZoneInUse {
 public:
  explicit ZoneInUse(const std::string& name) : changed_(!name.empty()) {
    if (!changed_) return;
    const char* before = std::getenv("TZ");
    had_ = before != nullptr;
    if (had_) before_ = before;
    setenv("TZ", name.c_str(), 1);
    tzset();
  }
  ~ZoneInUse() {
    if (!changed_) return;
    if (had_)
      setenv("TZ", before_.c_str(), 1);
    else
      unsetenv("TZ");
    tzset();
  }
  ZoneInUse(const ZoneInUse&) = delete;

 private:
  bool changed_, had_ = false;
  std::string before_;
};

/// Seconds since 1970 of a wall-clock time, read as standard or as summer time; `exact` where the
/// clock showed that time then.
time_t read_clock(int64_t local_seconds, bool summer, bool& exact) {
  time_t seconds = local_seconds;
  std::tm civil{};
  gmtime_r(&seconds, &civil);
  std::tm wanted = civil;
  civil.tm_isdst = summer ? 1 : 0;
  time_t found = std::mktime(&civil);
  exact = civil.tm_hour == wanted.tm_hour && civil.tm_min == wanted.tm_min &&
          civil.tm_mday == wanted.tm_mday;
  return found;
}

bool take_offset(std::string_view text, int64_t& offset_ms) {
  if (lower(text) == "utc" || text == "Z" || text == "z") return true;
  bool has_colon = text.size() == 6 && text[3] == ':';
  if ((text.size() != 5 && !has_colon) || (text[0] != '+' && text[0] != '-')) return false;
  int64_t hours = 0, minutes = 0;
  if (!parse_int64(text.substr(1, 2), hours) ||
      !parse_int64(text.substr(has_colon ? 4 : 3), minutes))
    return false;
  if (hours < 0 || hours > 18 || minutes < 0 || minutes > 59) return false;
  offset_ms = (hours * 60 + minutes) * 60'000 * (text[0] == '-' ? -1 : 1);
  return true;
}

bool is_known(const std::string& name) {
  if (name.empty() || name.starts_with('/') || name.find("..") != std::string::npos) return false;
  const char* directory = std::getenv("TZDIR");
  auto file = std::string(directory != nullptr ? directory : "/usr/share/zoneinfo") + '/' + name;
  return access(file.c_str(), R_OK) == 0;
}

}  // namespace

TimeZone::TimeZone(std::string_view name) : variable_(name) {
  is_fixed_ = take_offset(name, offset_ms_);
  if (is_fixed_) return;
  if (!is_known(variable_))
    throw Error(in_quotes(name) + " is no time zone of this machine", Exit::usage,
                "such as UTC, +01:00 or, with the system's zone files, Europe/Berlin");
}

int64_t TimeZone::to_utc(int64_t local_ms, int64_t not_before) const {
  if (is_fixed_) return local_ms - offset_ms_;
  int64_t block = local_ms / kBlockMs;
  if (block != block_) look_up(block);
  int64_t earlier = local_ms - offset_ms_;
  return earlier < not_before ? local_ms - later_offset_ms_ : earlier;
}

void TimeZone::look_up(int64_t block) const {
  block_ = block;
  ZoneInUse zone(variable_);
  int64_t local_seconds = block * kBlockMs / 1000;
  bool is_summer = false, is_standard = false;
  time_t summer = read_clock(local_seconds, true, is_summer);
  time_t standard = read_clock(local_seconds, false, is_standard);
  // An hour that the clock leaves out reads as either; libc has decided then.
  if (!is_summer) summer = standard;
  if (!is_standard) standard = summer;
  offset_ms_ = (local_seconds - std::min(summer, standard)) * 1000;
  later_offset_ms_ = (local_seconds - std::max(summer, standard)) * 1000;
}

}  // namespace kt
