// Durations and sizes as people type and read them. Input that is wrong throws a usage error that
// shows right ones.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace kt {

/// `250ms`, `30s`, `1h30m`, `7d`; units ms, s, m, h, d, w, largest first. A bare number has no unit
/// and is refused, except 0. Fractions such as `1.5s` are read.
std::chrono::milliseconds parse_duration(std::string_view text);

/// `1h30m`, `250ms`, `0s`: exact, and read back by parse_duration.
std::string format_duration(std::chrono::milliseconds duration);

/// A number of bytes, a type of its own so that flags of that type read `512KiB`, `1GiB`, `10MB`.
struct Size {
  int64_t bytes = 0;
};

/// `512KiB`, `1GiB` (1024 based), `10MB` (1000 based), `4096` (bytes).
Size parse_size(std::string_view text);

/// For eyes: three significant digits, `1.5 KiB`, `312 MiB`, `17 B`.
std::string format_size(int64_t bytes);

/// Exact where a unit divides it: `512KiB`, `1000`; read back by parse_size.
std::string exact_size(int64_t bytes);

}  // namespace kt
