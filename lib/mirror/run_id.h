// Under which producer id, epoch and sequence a record of the source stands in the target, so that
// the target itself knows, and checks, how far the copy has come.
//
// A run is a stretch of copied records that begins at one source offset, which is written into the
// producer id and epoch. A record's sequence is its source offset minus that start. So the broker's
// own check of sequences is a compare-and-set on the source position, in all releases from 0.11 on,
// and whoever reads a batch's header knows which source offsets it has. Brokers hand out producer
// ids from 0 upwards and never reach these, which begin at 2^62.
//
// Records with holes between them (compaction, transaction markers) may share one batch, which is
// then a run of its own: its last sequence is 2^30 + 4096 times the distance from its first to its
// last source offset. It has less than 4096 records, so no batch with the same start that is cut
// otherwise can be what the broker expects next.
//
//   producer id   bit 62 set | 31 bits: who copies what | 31 bits: the start's low bits
//   epoch         15 bits: the start's high bits, so offsets up to 2^46
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "client/metadata.h"
#include "protocol/records/batch.h"

namespace kt::mirror {

/// The offsets that fit into a run's start.
constexpr int64_t kOffsetLimit = int64_t{1} << 46;
/// Records of a run without holes: their sequences stay below those of joined batches.
constexpr int64_t kRunLimit = (int64_t{1} << 30) - 1;
/// Joined batches, with holes: see above.
constexpr int32_t kJoinedBase = 1 << 30, kJoinedStep = 4096;
constexpr int64_t kJoinedSpan = kJoinedBase / kJoinedStep - 1;

struct Run {
  int64_t start = -1;
  auto operator<=>(const Run&) const = default;

  /// Nothing goes on in a run that ends with this sequence: it is a joined batch.
  static bool is_over(int64_t last_sequence) { return last_sequence >= kJoinedBase; }

  /// The source offset after the record with this sequence, the last of a batch.
  int64_t source_end(int32_t last_sequence) const {
    if (last_sequence < kJoinedBase) return start + last_sequence + 1;
    return start + (last_sequence - kJoinedBase) / kJoinedStep + 1;
  }
};

/// The runs of one copied partition.
class RunIds {
 public:
  /// `mirror` is the name of the mirror: two with other names copy side by side.
  RunIds(std::string_view mirror, std::string_view source_cluster, const TopicPartition& source);

  int64_t producer_id(Run run) const;
  static int16_t epoch(Run run) { return static_cast<int16_t>(run.start >> 31); }

  /// The run of a producer; nothing where it is somebody else's.
  std::optional<Run> run_of(int64_t producer_id, int32_t epoch) const;
  /// The source offset after the batch's last record; nothing where it is somebody else's.
  std::optional<int64_t> source_end(const BatchView& batch) const;

 private:
  int64_t base_;
};

}  // namespace kt::mirror
