#include "mirror/record_stream.h"

#include <fmt/format.h>

#include "net/error.h"
#include "protocol/msg/fetch.h"

namespace kt::mirror {

bool has_transactions(Cluster& cluster) {
  constexpr int16_t kFirstWithTransactions = 4;
  return cluster.apis_of_any().best(msg::FetchRequest::api(), kFirstWithTransactions).has_value();
}

AbortedTransactions aborted_in(const FetchedChunk& chunk) {
  std::vector<AbortedTransaction> listed;
  for (const auto& one : chunk.aborted) listed.push_back({one.producer_id, one.first_offset});
  return AbortedTransactions(std::move(listed));
}

RecordStream::RecordStream(Cluster& cluster, const TopicPartition& partition, int64_t start,
                           int64_t end)
    : cluster_(cluster), partition_(partition), position_(start), end_(end) {
  if (start >= end) return;
  ConsumerOptions options;
  options.read_committed = has_transactions(cluster);
  options.max_bytes = options.partition_max_bytes = 4 << 20;
  options.queue_bytes = 8 << 20;
  consumer_.emplace(cluster, options);
  consumer_->assign(partition, start, end);
}

bool RecordStream::next_chunk() {
  if (!consumer_ || consumer_->finished()) return false;
  reader_.reset();
  chunk_ = consumer_->next(Deadline(cluster_.options().timeout));
  if (!chunk_) {
    if (consumer_->finished()) return false;
    throw net::NetError(net::Failure::timed_out, fmt::format("{} gave nothing at offset {}",
                                                             name_of(partition_), position_));
  }
  aborted_ = aborted_in(*chunk_);
  reader_.emplace(chunk_->records,
                  RecordReaderOptions{.from_offset = chunk_->from_offset, .aborted = &aborted_});
  position_ = chunk_->next_offset;
  return true;
}

const RecordView* RecordStream::next() {
  while (true) {
    if (reader_)
      if (const auto* record = reader_->next()) {
        if (record->offset >= end_) return nullptr;
        return record;
      }
    if (!next_chunk()) return nullptr;
  }
}

}  // namespace kt::mirror
