// The pipeline of replay, one thread of it: batches from a source, taken apart, each record at its
// time, into a producer. Now and then everything that is under way is waited for, and then it is
// known exactly how far every partition has got.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/partitioner.h"
#include "client/producer.h"
#include "protocol/records/record_reader.h"
#include "replay/pace.h"
#include "replay/source.h"

namespace kt::replay {

struct ReplayOptions {
  int topic = 0;                             ///< the producer's number of the target
  std::optional<Partitioning> partitioning;  ///< absent: records keep the number of their partition
  double speed = 0;                          ///< times the original speed; 0: as fast as may be
  size_t batch_bytes = 1'000'000;
  Milliseconds checkpoint_interval{5'000};
  Milliseconds linger{5};
};

/// How far a partition has got: every record below `next` is acknowledged.
struct Reached {
  Range range;
  int64_t next = 0;
  int64_t records = 0;  ///< acknowledged
};

/// Records that were not acknowledged.
struct Refusal {
  TopicPartition partition;
  int64_t first_offset = 0, last_offset = 0;
  int16_t code = 0;
  std::string message;
  Exit exit = Exit::failed;
};

class Replayer {
 public:
  Replayer(Source& source, Producer& producer, Throttle& throttle, const std::vector<Range>& ranges,
           ReplayOptions options);

  /// Looked at often: true ends the replay in good order.
  std::function<bool()> stops = [] { return false; };
  /// After each checkpoint, with what is known then.
  std::function<void(const std::vector<Reached>&)> on_checkpoint;
  /// After each batch, with its bytes.
  std::function<void(size_t)> on_bytes;

  /// Until the source has finished, a record was refused, or `stops`. Ends with a checkpoint.
  void run();

  const std::vector<Refusal>& refusals() const { return refusals_; }

 private:
  struct Lane {
    Reached reached;
    int64_t position = 0;             ///< after the last record handed to the producer
    int64_t unconfirmed = 0;          ///< records handed over since the last checkpoint
    std::deque<FetchedChunk> chunks;  ///< in paced replay: what came and is not due
    std::unique_ptr<RecordReader> reader;
    AbortedTransactions aborted{{}};
    const RecordView* record = nullptr;
  };

  void play_at_once();
  void play_by_time();
  void open(Lane& lane);
  bool advance(Lane& lane);
  void receive(Deadline deadline);
  Lane* next_due(const OriginalTimes& times, Clock::Time& due);
  OriginalTimes begin_times();
  void hand_over(Lane& lane, const RecordView& record);
  bool wait_until(Clock::Time time);
  void checkpoint();
  bool is_ending() const { return !refusals_.empty() || stops(); }

  Source& source_;
  Producer& producer_;
  Throttle& throttle_;
  ReplayOptions options_;
  std::optional<Partitioner> partitioner_;
  std::vector<Lane> lanes_;
  std::vector<RecordHeader> headers_;
  std::vector<Refusal> refusals_;
  Clock::Time last_checkpoint_ = Clock::system().now();
};

}  // namespace kt::replay
