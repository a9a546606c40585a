// Lines of state-change logs as brokers from 0.8.0 to 4.x write them in the layout that Kafka
// ships,
// `[%d] %p %m (%c)`, and what their messages say about a partition. Views point into the line.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace kt::statelog {

/// A line that begins with a time. Where what follows is not in the layout, all of it is the
/// message.
struct DatedLine {
  int64_t local_ms =
      0;  ///< milliseconds since 1970 as the broker's wall clock had it, zone unknown
  std::string_view level;
  std::string_view message;
  std::string_view logger;
};

/// Nothing where the line has no time at its beginning: a stack trace, a torn line.
std::optional<DatedLine> parse_line(std::string_view line);

struct PartitionName {
  std::string_view topic;
  int32_t partition = 0;
  bool operator==(const PartitionName&) const = default;
};

/// What a message says, in the words of any release; what it does not say is empty.
struct Change {
  std::string_view source;  ///< "controller" or "broker", who wrote the line
  std::optional<int32_t> source_id;
  std::optional<int32_t> controller_epoch;
  std::vector<PartitionName> partitions;  ///< all that it names; most lines are about one
  std::optional<int32_t> replica;         ///< whose state changed
  std::string_view from_state, to_state;  ///< OnlinePartition, OfflineReplica, ...
  std::optional<int32_t> leader;          ///< -1 where it says that there is none
  std::optional<int32_t> leader_epoch;
  std::optional<std::vector<int32_t>> isr;
};

Change parse_message(std::string_view message);

}  // namespace kt::statelog
