#include "mirror/records_left.h"

#include "mirror/record_stream.h"

namespace kt::mirror {

std::set<TopicPartition> with_records(Cluster& cluster,
                                      const std::map<TopicPartition, OffsetRange>& ranges) {
  std::set<TopicPartition> found;
  ConsumerOptions options;
  options.read_committed = has_transactions(cluster);
  options.partitions_fail_alone = true;
  options.partition_max_bytes = 16 << 10;
  Consumer consumer(cluster, options);
  for (const auto& [partition, range] : ranges) consumer.assign(partition, range.start, range.end);
  while (found.size() < ranges.size() && !consumer.finished()) {
    auto chunk = consumer.next(Deadline::never());
    if (!chunk) break;
    auto aborted = aborted_in(*chunk);
    RecordReader reader(chunk->records, {.from_offset = chunk->from_offset, .aborted = &aborted});
    const auto* record = chunk->failure ? nullptr : reader.next();
    bool is_one = record != nullptr && record->offset < ranges.at(chunk->partition).end;
    if (!chunk->failure && !is_one) continue;
    found.insert(chunk->partition);
    consumer.unassign(chunk->partition);
  }
  return found;
}

}  // namespace kt::mirror
