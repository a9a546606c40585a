// What fetching hands over: the record bytes of one partition, as views into the answer that
// brought them, and where they end.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
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
  Buffer take();
  void give_back(Buffer buffer);

 private:
  std::mutex mutex_;
  std::vector<Buffer> free_;
};

/// One answer to a fetch; its bytes go back to the pool when nobody looks at them any more.
struct FetchAnswer {
  Reply<msg::FetchResponse> reply;
  std::shared_ptr<BufferPool> pool;

  FetchAnswer(Reply<msg::FetchResponse> reply, std::shared_ptr<BufferPool> pool)
      : reply(std::move(reply)), pool(std::move(pool)) {}
  ~FetchAnswer() { pool->give_back(std::move(reply.frame.bytes)); }
  FetchAnswer(const FetchAnswer&) = delete;
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
  std::shared_ptr<const FetchAnswer> keeps_alive;
  int64_t generation = 0;  ///< of the assignment that asked
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
