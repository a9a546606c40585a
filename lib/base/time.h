// Points in time as people type and read them. Without a zone a time is local; machines read and
// write UTC with Z.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kt {

/// Milliseconds since 1970 of `2026-11-22T10:00:00.250Z`, `2026-11-22 10:00` (local),
/// `2026-11-22T10:00+01:00`, `2026-11-22`, `1763805600000` (milliseconds), or `-1h` (before now).
/// Throws a usage error for anything else.
int64_t parse_time(std::string_view text);

/// `2026-11-22T10:00:00.250Z`
std::string format_utc(int64_t timestamp_ms);

/// `2026-11-22 11:00:00.250`, in the zone of the machine (or UTC); local_zone_name() says which.
std::string format_local(int64_t timestamp_ms, bool utc = false);

/// `CET`, `UTC`: the name of the machine's zone now.
std::string local_zone_name();

}  // namespace kt
