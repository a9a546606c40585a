// What fetching hands over: the record bytes of one partition, as views into the answer that
// brought them, and where they end.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/metadata.h"
#include "client/request.h"
#include "protocol/msg/fetch.h"

namespace kt {

/// Buffers that were read and can be filled again, so that fetching does not ask the system for
/// memory once it runs.
class BufferPool {
 public:
  explicit BufferPool(size_t most_free_bytes = SIZE_MAX) : most_free_bytes_(most_free_bytes) {}

  Buffer take();
  void give_back(Buffer buffer);
  /// Somebody looks at so many bytes more: of buffers, or of what was made of them.
  void hold(size_t size_bytes) { held_bytes_ += size_bytes; }
  void let_go(size_t size_bytes) { held_bytes_ -= size_bytes; }
  size_t held_bytes() const { return held_bytes_; }

 private:
  const size_t most_free_bytes_;
  std::atomic<size_t> held_bytes_ = 0;
  std::mutex mutex_;
  std::vector<Buffer> free_;
  size_t free_bytes_ = 0;
};

/// One answer to a fetch; its bytes go back to the pool when nobody looks at them any more.
struct FetchAnswer {
  Reply<msg::FetchResponse> reply;
  std::shared_ptr<BufferPool> pool;

  FetchAnswer(Reply<msg::FetchResponse> answer, std::shared_ptr<BufferPool> answer_pool)
      : reply(std::move(answer)), pool(std::move(answer_pool)) {
    pool->hold(size_bytes());
  }
  ~FetchAnswer() {
    pool->let_go(size_bytes());
    pool->give_back(std::move(reply.frame.bytes));
  }
  FetchAnswer(const FetchAnswer&) = delete;

  /// What it takes: a buffer that is filled again may have room for more than this answer.
  size_t size_bytes() const { return reply.frame.bytes.capacity(); }
};

/// Why a partition can't be read on, where its reader wants to know instead of ending.
struct FetchFailure {
  enum class Kind {
    out_of_range,  ///< the offset is outside of what the partition holds
    truncated,     ///< the log was cut below the position after an unclean election
    recreated,     ///< the topic was deleted and made anew
    damaged,       ///< no batch can begin so
    refused,       ///< the broker's answer
    unavailable,   ///< it has had no leader, or has not been there, for the cluster's time limit
  };
  Kind kind;
  std::string message;
  int64_t earliest = -1;  ///< what the partition holds, where it is out of range
  int64_t latest = -1;
};

/// Record batches of one partition, in order. The first may start below `from_offset` and the last
/// end above `end_offset`: records outside the two are not asked for.
struct FetchedChunk {
  TopicPartition partition;
  std::string_view records;  ///< whole batches, then perhaps the cut-off start of one
  int64_t from_offset = 0;
  int64_t end_offset = INT64_MAX;  ///< exclusive
  int64_t next_offset = 0;         ///< where the partition goes on after this chunk
  int32_t broker_id = -1;          ///< who was asked
  int64_t high_watermark = -1;
  int64_t last_stable_offset = -1;
  std::vector<msg::FetchResponse::Response::Partition::AbortedTransaction> aborted;
  std::shared_ptr<FetchAnswer> keeps_alive;
  int64_t generation = 0;  ///< of the assignment that asked
  /// Set where nothing more will come of this assignment; there are no records then.
  std::optional<FetchFailure> failure;

  /// The records in the answer's own bytes, for who changes headers in place: no other chunk has
  /// them.
  char* mutable_records() const {
    auto& bytes = keeps_alive->reply.frame.bytes;
    return bytes.data() + (records.data() - bytes.data());
  }
};

/// Where a fetched byte range ends.
struct RangeEnd {
  int64_t next_offset = -1;   ///< behind the last whole batch; -1 where there is none
  int32_t leader_epoch = -1;  ///< of the last whole batch, where its format has it
  size_t whole_bytes = 0;     ///< of the batches that are complete
};

/// Walks the batch headers only. Throws DecodeError where the first of them cannot be one.
RangeEnd find_range_end(std::string_view records);

}  // namespace kt
