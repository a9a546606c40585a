#include "mirror/peek.h"

#include <fmt/format.h>

#include "client/leaders.h"

namespace kt::mirror {
namespace {

constexpr int16_t kByName = 12;
constexpr int32_t kEnoughBytes = 4 << 10, kMostBytes = 1 << 30;

msg::FetchRequest request_for(const TopicPartition& partition, int64_t offset, int32_t max_bytes) {
  msg::FetchRequest request;
  request.max_wait_ms = 100;
  request.min_bytes = 1;
  request.max_bytes = max_bytes;
  auto& topic = request.topics.emplace_back();
  topic.topic = partition.topic;
  auto& asked = topic.partitions.emplace_back();
  asked.partition = partition.partition;
  asked.fetch_offset = offset;
  asked.partition_max_bytes = max_bytes;
  return request;
}

}  // namespace

std::optional<Peeked> peek(Cluster& cluster, const TopicPartition& partition, int64_t offset) {
  auto metadata = cluster.metadata_for({partition.topic});
  int32_t max_bytes = kEnoughBytes;
  for (int attempt = 1;; ++attempt) {
    auto* known = metadata->partition(partition.topic, partition.partition);
    int16_t error = static_cast<int16_t>(ErrorCode::leader_not_available);
    if (known != nullptr && known->leader >= 0) {
      Peeked peeked;
      CallOptions options;
      options.broker = known->leader;
      options.at_most = kByName;
      peeked.reply = cluster.call(request_for(partition, offset, max_bytes), options);
      error = peeked.reply->error_code;
      if (!peeked.reply->responses.empty() && !peeked.reply->responses[0].partitions.empty()) {
        const auto& answer = peeked.reply->responses[0].partitions[0];
        error = answer.error_code;
        BatchReader batches(answer.records.value_or(std::string_view{}));
        while (auto batch = batches.next()) {
          if (batch->next_offset() <= offset) continue;
          peeked.batch = *batch;
          return peeked;
        }
        // Brokers before 0.10.1 cut a batch that is larger than asked for.
        if (!batches.tail().empty() && max_bytes < kMostBytes) {
          max_bytes *= 8;
          continue;
        }
      }
      if (error == 0) return std::nullopt;
    }
    auto pause = cluster.backoff(attempt);
    if (!leaders::leader_moved(error) || pause >= cluster.deadline().remaining())
      throw Error(fmt::format("{} cannot be read at offset {}: {}", name_of(partition), offset,
                              error_text(error)));
    Clock::system().sleep(pause);
    metadata = cluster.refresh({partition.topic});
  }
}

}  // namespace kt::mirror
