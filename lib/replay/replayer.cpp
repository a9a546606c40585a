#include "replay/replayer.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace kt::replay {
namespace {

constexpr Milliseconds kLookAround{100};  // how long nobody looks for signals
constexpr Milliseconds kFirstArrivals{2'000};

// Records are named to the producer by lane and offset: offsets stay below 2^48 for a while.
constexpr int kOffsetBits = 48;
constexpr int64_t kOffsetMask = (int64_t{1} << kOffsetBits) - 1;

AbortedTransactions aborted_in(const FetchedChunk& chunk) {
  std::vector<AbortedTransaction> list;
  for (const auto& aborted : chunk.aborted)
    list.push_back({aborted.producer_id, aborted.first_offset});
  return AbortedTransactions(std::move(list));
}

}  // namespace

Replayer::Replayer(Source& source, Producer& producer, Throttle& throttle,
                   const std::vector<Range>& ranges, ReplayOptions options)
    : source_(source), producer_(producer), throttle_(throttle), options_(options) {
  if (options_.partitioning) {
    partitioner_.emplace(*options_.partitioning, options_.batch_bytes);
    partitioner_->set_partitions(producer_.partition_count(options_.topic),
                                 producer_.partitions_with_leader(options_.topic));
  }
  for (const auto& range : ranges) {
    auto& lane = lanes_.emplace_back();
    lane.reached = {range, range.start, 0};
    lane.position = range.start;
  }
}

void Replayer::run() {
  if (options_.speed > 0)
    play_by_time();
  else
    play_at_once();
  checkpoint();
}

void Replayer::open(Lane& lane) {
  const auto& chunk = lane.chunks.front();
  RecordReaderOptions options;
  options.from_offset = chunk.from_offset;
  lane.aborted = aborted_in(chunk);
  if (!chunk.aborted.empty()) options.aborted = &lane.aborted;
  lane.reader = std::make_unique<RecordReader>(chunk.records, options);
}

/// Goes to the next record of what has come; false where there is none.
bool Replayer::advance(Lane& lane) try {
  while (!lane.chunks.empty()) {
    const auto& chunk = lane.chunks.front();
    if (!lane.reader) open(lane);
    lane.record = lane.reader->next();
    if (lane.record != nullptr && lane.record->offset < chunk.end_offset) return true;
    lane.record = nullptr;
    lane.reader.reset();
    // Behind the last record there may be markers: they are done with it.
    lane.position = std::min(chunk.next_offset, chunk.end_offset);
    if (on_bytes) on_bytes(chunk.records.size());
    lane.chunks.pop_front();
  }
  return false;
} catch (const DecodeError& error) {
  throw Error(fmt::format("{} is damaged behind offset {}: {}",
                          name_of(lane.reached.range.partition), lane.position, error.message()));
}

void Replayer::receive(Deadline deadline) {
  auto chunk = source_.next(deadline);
  if (!chunk) return;
  for (auto& lane : lanes_)
    if (lane.reached.range.partition == chunk->partition) {
      lane.chunks.push_back(std::move(*chunk));
      return;
    }
}

void Replayer::play_at_once() {
  while (!is_ending() && !source_.finished()) {
    receive(Deadline(kLookAround));
    producer_.tick();
    for (auto& lane : lanes_)
      while (!is_ending() && advance(lane)) hand_over(lane, *lane.record);
    if (Clock::system().now() - last_checkpoint_ >= options_.checkpoint_interval) checkpoint();
  }
}

/// Nothing is due before it is known which partition begins first.
OriginalTimes Replayer::begin_times() {
  Deadline patience(kFirstArrivals);
  auto has_arrived = [](const Lane& lane) { return lane.record != nullptr; };
  while (!is_ending() && !source_.finished() && !patience.expired() &&
         !std::all_of(lanes_.begin(), lanes_.end(), has_arrived)) {
    receive(Deadline(kLookAround));
    for (auto& lane : lanes_)
      if (lane.record == nullptr && advance(lane))
        source_.pause(lane.reached.range.partition, true);
  }
  int64_t first_ms = INT64_MAX;
  for (const auto& lane : lanes_)
    if (lane.record != nullptr && lane.record->timestamp_ms >= 0)
      first_ms = std::min(first_ms, lane.record->timestamp_ms);
  return {options_.speed, Clock::system().now(), first_ms};
}

Replayer::Lane* Replayer::next_due(const OriginalTimes& times, Clock::Time& due) {
  Lane* next = nullptr;
  for (auto& lane : lanes_) {
    if (lane.record == nullptr) continue;
    auto lane_due = times.due(lane.record->timestamp_ms);
    if (next != nullptr && lane_due >= due) continue;
    next = &lane;
    due = lane_due;
  }
  return next;
}

void Replayer::play_by_time() {
  auto times = begin_times();
  while (!is_ending()) {
    Clock::Time due{};
    auto* lane = next_due(times, due);
    if (lane == nullptr && source_.finished()) return;
    auto now = Clock::system().now();
    if (lane != nullptr && due <= now) {
      hand_over(*lane, *lane->record);
      if (!advance(*lane)) source_.pause(lane->reached.range.partition, false);
    }
    if (lane == nullptr || due > now) {
      producer_.send_open();
      auto wait = lane == nullptr
                      ? kLookAround
                      : std::min(kLookAround, std::chrono::ceil<Milliseconds>(due - now));
      // Where every partition waits for its time there is nothing to receive.
      bool all_here = std::all_of(lanes_.begin(), lanes_.end(),
                                  [](const Lane& one) { return one.record != nullptr; });
      if (all_here || source_.finished())
        Clock::system().sleep(wait);
      else
        receive(Deadline(wait));
    }
    for (auto& one : lanes_)
      if (one.record == nullptr && advance(one)) source_.pause(one.reached.range.partition, true);
    if (now - last_checkpoint_ >= options_.checkpoint_interval) checkpoint();
  }
}

/// False where the replay ends before.
bool Replayer::wait_until(Clock::Time time) {
  while (!is_ending()) {
    auto left = std::chrono::ceil<Milliseconds>(time - Clock::system().now());
    if (left <= Milliseconds(0)) return true;
    if (left > options_.linger) producer_.send_open();
    Clock::system().sleep(std::min(left, kLookAround));
  }
  return false;
}

void Replayer::hand_over(Lane& lane, const RecordView& record) {
  size_t bytes = (record.key ? record.key->size() : 0) + (record.value ? record.value->size() : 0);
  if (!throttle_.is_off() && !wait_until(throttle_.take(bytes))) return;
  headers_.clear();
  for (const auto& header : record.headers) headers_.push_back(header);
  if (!headers_.empty() && !producer_.has_headers())
    throw Error(fmt::format("{}, offset {} has headers, which these brokers do not keep",
                            name_of(lane.reached.range.partition), record.offset),
                Exit::failed, "that needs Kafka 0.11");
  int32_t partition =
      partitioner_ ? partitioner_->choose(record.key, record.value ? record.value->size() : 0)
                   : lane.reached.range.partition.partition;
  auto number =
      static_cast<int64_t>(&lane - lanes_.data()) << kOffsetBits | (record.offset & kOffsetMask);
  producer_.append(options_.topic, partition, record, headers_, number);
  lane.position = record.offset + 1;
  ++lane.unconfirmed;
}

void Replayer::checkpoint() {
  producer_.flush();
  for (auto& lane : lanes_) {
    lane.reached.next = lane.position;
    lane.reached.records += lane.unconfirmed;
    lane.unconfirmed = 0;
  }
  for (const auto& failure : producer_.take_failures())
    for (const auto& run : failure.numbers) {
      auto& reached = lanes_[static_cast<size_t>(run.first >> kOffsetBits)].reached;
      int64_t first = run.first & kOffsetMask;
      reached.next = std::min(reached.next, first);
      reached.records -= run.count;
      refusals_.push_back({reached.range.partition, first, first + run.count - 1, failure.code,
                           failure.message, failure.exit});
    }
  if (on_checkpoint) {
    std::vector<Reached> reached;
    for (const auto& lane : lanes_) reached.push_back(lane.reached);
    on_checkpoint(reached);
  }
  last_checkpoint_ = Clock::system().now();
}

}  // namespace kt::replay
