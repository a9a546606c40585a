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

Checkpoint read_checkpoint(std::string_view key, std::string_view value) {
  Checkpoint checkpoint;
  ByteReader names(key), offsets(value);
  auto text = [](ByteReader& reader) {
    auto length = reader.integer<int16_t>();
    if (length < 0) throw DecodeError("a checkpoint without a name");
    return std::string(reader.take(static_cast<size_t>(length)));
  };
  checkpoint.group = text(names);
  checkpoint.target.topic = text(names);
  checkpoint.target.partition = names.integer<int32_t>();
  if (auto version = offsets.integer<int16_t>(); version != 0)
    throw DecodeError(fmt::format("a checkpoint of version {}", version));
  checkpoint.source_offset = offsets.integer<int64_t>();
  checkpoint.target_offset = offsets.integer<int64_t>();
  text(offsets);  // metadata
  if (!names.at_end() || !offsets.at_end() || checkpoint.target.partition < 0)
    throw DecodeError("not a checkpoint");
  return checkpoint;
}

namespace {

/// Each record with key and value of the one partition that MirrorMaker 2's own topics have.
void read_own_topic(Cluster& cluster, const std::string& topic, const char* what,
                    const std::function<void(std::string_view, std::string_view)>& take) {
  TopicPartition partition{topic, 0};
  auto ends = list_offsets(cluster, {{partition, kEarliest}, {partition, kLatest}});
  for (const auto& end : ends)
    if (end.error_code != 0)
      throw Error(fmt::format("MirrorMaker 2's {} cannot be read, topic {}: {}", what, topic,
                              error_text(end.error_code)));
  RecordStream records(cluster, partition, ends[0].offset, ends[1].offset);
  while (const auto* record = records.next())
    if (record->key && record->value) take(*record->key, *record->value);
}

}  // namespace

std::map<TopicPartition, std::vector<OffsetSync>> read_offset_syncs(Cluster& cluster,
                                                                    const std::string& topic) {
  std::map<TopicPartition, std::vector<OffsetSync>> syncs;
  read_own_topic(cluster, topic, "offset syncs", [&](std::string_view key, std::string_view value) {
    auto sync = read_offset_sync(key, value);
    if (sync.source_offset >= 0 && sync.target_offset >= 0)
      syncs[sync.source].push_back(std::move(sync));
  });
  return syncs;
}

std::map<std::pair<std::string, TopicPartition>, Checkpoint> read_checkpoints(
    Cluster& target, const std::string& topic) {
  std::map<std::pair<std::string, TopicPartition>, Checkpoint> checkpoints;
  read_own_topic(target, topic, "checkpoints", [&](std::string_view key, std::string_view value) {
    auto checkpoint = read_checkpoint(key, value);
    std::pair place{checkpoint.group, checkpoint.target};
    checkpoints[place] = std::move(checkpoint);
  });
  return checkpoints;
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
