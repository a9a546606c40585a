// Settings of topics on releases that keep them in ZooKeeper alone, 0.8.1 to 0.10.2. Nobody there
// looks at what is written: a wrong name has no effect, and over a wrong value brokers stumble when
// they next open the topic. So kt holds both against what the release's own LogConfig takes.
#pragma once

#include <string>
#include <string_view>

namespace kt {

/// Why brokers of the release would not take it, as the end of a sentence that begins with the
/// setting; empty where they would.
std::string why_not_topic_setting(std::string_view release, std::string_view name,
                                  const std::string& value);

}  // namespace kt
