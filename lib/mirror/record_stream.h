// The committed records of one partition between two offsets, one by one.
#pragma once

#include <optional>

#include "client/consumer.h"
#include "protocol/records/record_reader.h"

namespace kt::mirror {

/// From 0.11 on: what is read of the cluster, and where it ends, is what is committed.
bool has_transactions(Cluster& cluster);

/// The transactions that a chunk's broker listed as aborted.
AbortedTransactions aborted_in(const FetchedChunk& chunk);

class RecordStream {
 public:
  RecordStream(Cluster& cluster, const TopicPartition& partition, int64_t start, int64_t end);

  /// Good until the next call; null at the end. Throws where the partition can't be read.
  const RecordView* next();
  /// The batch of that record.
  const BatchView& batch() const { return reader_->batch(); }

 private:
  bool next_chunk();

  Cluster& cluster_;
  const TopicPartition partition_;
  int64_t position_;
  const int64_t end_;
  std::optional<Consumer> consumer_;
  std::optional<FetchedChunk> chunk_;
  AbortedTransactions aborted_;
  std::optional<RecordReader> reader_;
};

}  // namespace kt::mirror
