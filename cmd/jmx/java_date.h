// Times by the patterns of Java's SimpleDateFormat, as JmxTool takes them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kt {

/// Letters y M d H h k K m s S a E D z Z X, text in single quotes, all else as it is. Throws a
/// usage error for other letters.
std::string format_java_date(std::string_view pattern, int64_t timestamp_ms, bool utc);

}  // namespace kt
