#include "sandbox/offset_records.h"

#include "protocol/message.h"
#include "protocol/msg/offset_commit_record.h"
#include "protocol/records/batch_builder.h"
#include "protocol/records/record_reader.h"
#include "sandbox/cluster.h"

namespace kt::sandbox {
namespace {

constexpr int16_t kOffsetKey = 1;  // 0 is an older form of the same
constexpr int16_t kValueVersion = 3;
constexpr int16_t kExpiringValueVersion = 1;  // the only one with a time of its own to expire at

template <class Message>
std::string versioned(int16_t number, const Message& message, int16_t version) {
  std::string bytes;
  ByteWriter(bytes).integer(number);
  encode(bytes, message, version);
  return bytes;
}

void read_record(Cluster& cluster, const RecordView& record) {
  if (!record.key || load_big_endian<int16_t>(record.key->data()) > kOffsetKey) return;
  auto key = decode<msg::OffsetCommitKey>(record.key->substr(2), 0);
  Group& group = cluster.groups().get_or_create(key.group);
  TopicPartition partition{key.topic, key.partition};
  if (!record.value) {
    group.offsets.erase(partition);
    return;
  }
  ByteReader reader(*record.value);
  auto version = reader.integer<int16_t>();
  auto value = decode<msg::OffsetCommitValue>(reader.rest(), version);
  group.offsets[partition] = {value.offset, value.leader_epoch, value.metadata,
                              value.commit_timestamp};
  if (value.expire_timestamp >= 0) group.offsets[partition].expires_ms = value.expire_timestamp;
}

}  // namespace

void write_offset_record(Cluster& cluster, const std::string& group_id,
                         const TopicPartition& partition,
                         const std::optional<CommittedOffset>& offset) {
  Partition& log = cluster.group_partition(group_id);
  msg::OffsetCommitKey key;
  key.group = group_id;
  key.topic = partition.first;
  key.partition = partition.second;
  std::optional<std::string> value;
  if (offset) {
    msg::OffsetCommitValue committed;
    committed.offset = offset->offset;
    committed.leader_epoch = offset->leader_epoch;
    committed.metadata = offset->metadata;
    committed.commit_timestamp = offset->commit_timestamp_ms;
    committed.expire_timestamp = offset->expires_ms.value_or(-1);
    auto version = offset->expires_ms ? kExpiringValueVersion : kValueVersion;
    value = versioned(version, committed, version);
  }
  BatchBuilder builder({.magic = cluster.release().record_magic(),
                        .base_offset = log.log().end_offset(),
                        .leader_epoch = log.leader_epoch()});
  builder.append(cluster.now_ms(), versioned(kOffsetKey, key, 0), value);
  log.append(builder.finish());
}

void read_offset_records(Cluster& cluster) {
  Topic* topic = cluster.topic("__consumer_offsets");
  if (!topic) return;
  for (const auto& partition : topic->partitions) {
    const PartitionLog& log = partition->log();
    int64_t offset = log.start_offset();
    constexpr size_t kBytesAtOnce = 1 << 20;
    for (LogSlice slice = log.read(offset, log.end_offset(), kBytesAtOnce, true);
         slice.size_bytes > 0; slice = log.read(offset, log.end_offset(), kBytesAtOnce, true)) {
      std::string bytes(slice.size_bytes, '\0');
      bytes.resize(slice.file->read_at(slice.position, bytes.data(), bytes.size()));
      RecordReader reader(bytes, {.from_offset = offset});
      while (const RecordView* record = reader.next()) read_record(cluster, *record);
      offset = slice.next_offset;
    }
  }
}

}  // namespace kt::sandbox
