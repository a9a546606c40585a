// Reading partitions: one thread per broker fetches ahead into a queue bounded by bytes, with fetch
// sessions where the broker has them, and follows leaders as they move. What comes out is batches
// as bytes; who prints or copies them decodes them, or not.
//
// One thread calls next(); assign(), unassign() and the rest may come from any.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/byte_queue.h"
#include "client/cluster.h"
#include "client/fetched.h"

namespace kt {

struct ConsumerOptions {
  /// What to do at an offset that the broker no longer has, or not yet, or that was truncated away.
  enum class OutOfRange { fail, earliest, latest };

  bool read_committed = false;
  OutOfRange out_of_range = OutOfRange::fail;
  Milliseconds max_wait{500};
  int32_t min_bytes = 1;
  int32_t max_bytes = 32 << 20;
  /// What is asked of a partition at once: small enough to stay in a core's cache while it is read.
  int32_t partition_max_bytes = 1 << 20;
  /// It doubles up to this while answers are full,
  int32_t partition_near_bytes = 1 << 20;
  /// and up to this while full answers take long to come, as they do from far away.
  int32_t partition_most_bytes = 8 << 20;
  size_t queue_bytes = 64 << 20;
  /// Read this broker's replicas, whoever leads; -1 for the leaders (or whom they send us to).
  int32_t replica = -1;
  /// A partition that can't be read on comes out as a chunk with a failure, and the others go on.
  bool partitions_fail_alone = false;
  /// Told of every reset that `out_of_range` allows, with a sentence. From a thread of the
  /// consumer.
  std::function<void(const std::string&)> warn;
};

/// A partition that a consumer reads.
struct FetchPartition {
  TopicPartition id;
  Uuid topic_id;
  int64_t position = 0;  ///< what to fetch next
  int64_t end_offset = INT64_MAX;
  int64_t generation = 0;   ///< of this assignment; what an older one fetched is dropped
  int32_t last_epoch = -1;  ///< of the last batch, to notice a truncated log
  int32_t broker = -1;      ///< who is asked: the leader, or a follower nearby; -1 nobody yet
  int32_t leader_epoch = -1;
  int32_t max_bytes = 0;
  bool paused = false;
  bool failed = false;   ///< its reader was told
  bool was_led = false;  ///< a leader was known once: if it is lost, what is cached is stale
  Clock::Time without_leader_since{};

  /// Nothing more is to be asked for.
  bool is_fetched() const { return failed || position >= end_offset; }
  /// Nobody can be asked until the leader is looked up again.
  void lose_broker() {
    if (broker >= 0) without_leader_since = Clock::system().now();
    broker = -1;
  }
};

class Fetcher;

class Consumer {
 public:
  Consumer(Cluster& cluster, ConsumerOptions options);
  ~Consumer();
  Consumer(const Consumer&) = delete;

  /// Reads a partition from `offset` on, up to `end_offset` (exclusive). A partition that is
  /// assigned already goes on there instead. Answers the generation that its chunks carry.
  int64_t assign(const TopicPartition& partition, int64_t offset, int64_t end_offset = INT64_MAX);
  /// Nothing of it comes out of next() any more.
  void unassign(const TopicPartition& partition);
  /// Stops and resumes fetching; what was fetched already still comes out.
  void pause(const TopicPartition& partition, bool paused);

  /// The next chunk of any partition; nothing at the deadline, or when finished(). Throws where a
  /// partition cannot be read: no progress within the cluster's time limit, no right, out of range.
  std::optional<FetchedChunk> next(Deadline deadline = Deadline::never());

  /// Makes next() throw this once what was fetched has come out.
  void fail(std::exception_ptr error) { queue_.end(std::move(error)); }
  /// Of answers that somebody still looks at, here or where chunks went, and of what was made of
  /// them; a chunk keeps all of its answer.
  size_t held_bytes() const { return pool_->held_bytes(); }
  /// Whether there are partitions, and every one has come out up to its end.
  bool finished() const;

 private:
  friend class Fetcher;

  /// What find_leaders() came to.
  struct Search {
    bool all_found = true;
    bool asked = false;
  };
  void direct();
  Search find_leaders();
  /// Under the lock: the partition, where it is still the one that was asked for.
  FetchPartition* current(const TopicPartition& id, int64_t generation);
  /// Under the lock: this broker is asked for the partition from now on.
  void fetch_from(FetchPartition& partition, int32_t broker);
  void wake_next();
  /// Under the lock: the partition's reader is told, where it wants to know; throws otherwise.
  void fail_partition(FetchPartition& partition, FetchFailure failure);

  Cluster& cluster_;
  const ConsumerOptions options_;
  ByteQueue<FetchedChunk> queue_;
  std::shared_ptr<BufferPool> pool_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<TopicPartition, FetchPartition> partitions_;
  std::map<int32_t, std::unique_ptr<Fetcher>> fetchers_;
  int64_t last_generation_ = 0;
  int64_t undelivered_chunks_ = 0;
  bool stopping_ = false;
  std::thread director_;
};

}  // namespace kt
