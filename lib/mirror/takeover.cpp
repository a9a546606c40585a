#include "mirror/takeover.h"

#include <fmt/format.h>

#include "base/bytes.h"
#include "client/offsets.h"
#include "mirror/record_stream.h"
#include "mirror/tail.h"
#include "protocol/errors.h"

namespace kt::mirror {

OffsetSync read_offset_sync(std::string_view key, std::string_view value) {
  OffsetSync sync;
  ByteReader names(key), offsets(value);
  auto length = names.integer<int16_t>();
  if (length < 0) throw DecodeError("an offset sync without a topic");
  sync.source.topic = names.take(static_cast<size_t>(length));
  sync.source.partition = names.integer<int32_t>();
  sync.source_offset = offsets.integer<int64_t>();
  sync.target_offset = offsets.integer<int64_t>();
  if (!names.at_end() || !offsets.at_end() || sync.source.partition < 0)
    throw DecodeError("not an offset sync");
  return sync;
}

std::map<TopicPartition, std::vector<OffsetSync>> read_offset_syncs(Cluster& cluster,
                                                                    const std::string& topic) {
  TopicPartition partition{topic, 0};
  auto ends = list_offsets(cluster, {{partition, kEarliest}, {partition, kLatest}});
  for (const auto& end : ends)
    if (end.error_code != 0)
      throw Error(fmt::format("MirrorMaker 2's offset syncs cannot be read, topic {}: {}", topic,
                              error_text(end.error_code)));
  std::map<TopicPartition, std::vector<OffsetSync>> syncs;
  RecordStream records(cluster, partition, ends[0].offset, ends[1].offset);
  while (const auto* record = records.next()) {
    if (!record->key || !record->value) continue;
    auto sync = read_offset_sync(*record->key, *record->value);
    if (sync.source_offset >= 0 && sync.target_offset >= 0)
      syncs[sync.source].push_back(std::move(sync));
  }
  return syncs;
}

Takeover from_group(std::map<TopicPartition, int64_t> positions) {
  return [positions = std::move(positions)](const TopicPartition& source, const TopicPartition&,
                                            const TargetPosition&) -> std::optional<int64_t> {
    auto found = positions.find(source);
    if (found == positions.end()) return std::nullopt;
    return found->second;
  };
}

Takeover from_offset_syncs(Cluster& source, Cluster& target,
                           const std::map<TopicPartition, std::vector<OffsetSync>>& syncs) {
  std::map<TopicPartition, OffsetSync> newest;
  for (const auto& [partition, all] : syncs) newest[partition] = all.back();
  return [&source, &target, newest = std::move(newest)](
             const TopicPartition& from, const TopicPartition& to,
             const TargetPosition& at) -> std::optional<int64_t> {
    auto found = newest.find(from);
    if (found == newest.end()) return std::nullopt;
    const auto& sync = found->second;
    if (sync.target_offset < at.earliest || sync.target_offset > at.latest)
      throw Error(
          fmt::format("MirrorMaker 2's last offset sync is at offset {} of the target, which "
                      "holds {} to {}",
                      sync.target_offset, at.earliest, at.latest));
    return match_tail(source, from, sync.source_offset, target, to,
                      {sync.target_offset, at.latest});
  };
}

}  // namespace kt::mirror
