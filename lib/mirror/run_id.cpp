#include "mirror/run_id.h"

#include <string>

namespace kt::mirror {
namespace {

constexpr int kStartBits = 31;
constexpr int64_t kStartMask = (int64_t{1} << kStartBits) - 1;
constexpr int64_t kOurs = int64_t{1} << 62;

/// FNV-1a, folded: part of what stands in target logs, so it must stay what it is.
uint32_t hash31(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (unsigned char byte : text) hash = (hash ^ byte) * 0x100000001b3;
  return static_cast<uint32_t>((hash ^ (hash >> 31)) & kStartMask);
}

}  // namespace

RunIds::RunIds(std::string_view mirror, std::string_view source_cluster,
               const TopicPartition& source) {
  std::string identity(mirror);
  identity += '\0';
  identity += source_cluster;
  identity += '\0';
  identity += source.topic;
  identity += '\0';
  identity += std::to_string(source.partition);
  base_ = kOurs | static_cast<int64_t>(hash31(identity)) << kStartBits;
}

int64_t RunIds::producer_id(Run run) const { return base_ | (run.start & kStartMask); }

std::optional<Run> RunIds::run_of(int64_t producer_id, int32_t epoch) const {
  if (producer_id < 0 || epoch < 0 || (producer_id & ~kStartMask) != base_) return std::nullopt;
  return Run{static_cast<int64_t>(epoch) << kStartBits | (producer_id & kStartMask)};
}

std::optional<int64_t> RunIds::source_end(const BatchView& batch) const {
  auto run = run_of(batch.producer_id(), batch.producer_epoch());
  if (!run || batch.base_sequence() < 0 || batch.last_offset_delta() < 0) return std::nullopt;
  int64_t last_sequence = int64_t{batch.base_sequence()} + batch.last_offset_delta();
  if (last_sequence > INT32_MAX) return std::nullopt;
  return run->source_end(static_cast<int32_t>(last_sequence));
}

}  // namespace kt::mirror
