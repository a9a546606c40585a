// How far a migration has come, told by the target itself. The messages of one 0.7 partition that
// go to one partition of the target are a stream: they stand there under a producer id that says
// whose they are and at which byte of the source their run begins, and their sequences count them
// from there (mirror/run_id.h). So the target's brokers refuse what they have, and nothing is kept
// elsewhere.
//
// A run begins in all partitions of the target at once, when all before it is acknowledged: of the
// latest run the position is known to the message, and everything before it is complete.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/cluster.h"
#include "legacy/log.h"
#include "mirror/run_id.h"

namespace kt::migrate {

/// Who chooses the partition of a message.
enum class Mapping { one_to_one, round_robin, hash };
inline constexpr std::string_view kMappingNames[] = {"one-to-one", "round-robin", "hash"};
std::optional<Mapping> mapping_named(std::string_view name);

/// The streams of a 0.7 partition. The mapping and the number of partitions are part of what they
/// are: with others the messages would go elsewhere.
mirror::RunIds run_ids(std::string_view migration, const legacy::PartitionId& source,
                       Mapping mapping, int32_t target_partitions);

/// Whether the target's brokers keep who wrote a batch: from 0.11 on.
bool has_sequences(Cluster& target);

/// Throws where a topic has too few partitions for so many sources.
void check_partitions(const std::string& topic, size_t sources, Mapping mapping,
                      int32_t target_partitions);

/// What a target partition has of one source.
struct Stream {
  mirror::Run run;      ///< the latest
  int64_t records = 0;  ///< of it
};

/// What a topic of the target has of all sources, in their order.
struct TargetStreams {
  std::vector<std::map<int32_t, Stream>> of_source;
  /// Partitions that hold something, and nothing of these sources.
  std::vector<int32_t> foreign;
  std::vector<int64_t> earliest, latest;  ///< offsets of each partition

  /// Whether the partition may have had records of a source that were deleted, all of them.
  bool may_have_lost(size_t source, int32_t partition) const {
    return earliest[static_cast<size_t>(partition)] > 0 && !of_source[source].contains(partition);
  }
  /// Where a source goes on: its latest run, of which each partition has so many records.
  std::optional<mirror::Run> latest_run(size_t source) const;
};

/// The streams in a topic, by what stands in its partitions. One to one, source i is looked for at
/// the end of partition i, else whole partitions are read; where records were deleted, brokers from
/// 2.8 on are asked which producers they remember. Throws where one can't be read.
TargetStreams find_streams(Cluster& target, const std::string& topic, int32_t partitions,
                           Mapping mapping, const std::vector<mirror::RunIds>& sources);

struct OffsetRange {
  int64_t earliest = 0, latest = 0;
};

/// The offsets of the first partitions of a topic. Brokers before 0.11 keep no producer ids: there,
/// one to one, the latest of partition i is the number of messages of source i that came.
std::vector<OffsetRange> offset_ranges(Cluster& target, const std::string& topic,
                                       int32_t partitions);

}  // namespace kt::migrate
