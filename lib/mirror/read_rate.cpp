#include "mirror/read_rate.h"

#include "client/consumer.h"

namespace kt::mirror {

int64_t measure_read_rate(Cluster& cluster, const std::map<TopicPartition, OffsetRange>& partitions,
                          Milliseconds limit) {
  ConsumerOptions options;
  options.partitions_fail_alone = true;
  Consumer consumer(cluster, options);
  for (const auto& [partition, range] : partitions)
    if (range.start < range.end) consumer.assign(partition, range.start, range.end);
  Deadline deadline(limit);
  int64_t bytes = 0;
  // From the first answer on: connecting is no part of the rate.
  std::optional<Clock::Time> began;
  while (!consumer.finished() && !deadline.expired()) {
    auto chunk = consumer.next(deadline);
    if (!chunk) break;
    if (began) bytes += static_cast<int64_t>(chunk->records.size());
    if (!began) began = Clock::system().now();
  }
  if (!began) return 0;
  auto seconds = std::chrono::duration<double>(Clock::system().now() - *began).count();
  return seconds > 0 ? static_cast<int64_t>(static_cast<double>(bytes) / seconds) : 0;
}

}  // namespace kt::mirror
