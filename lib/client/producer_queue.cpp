#include "client/producer_queue.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "client/refusal.h"
#include "protocol/errors.h"
#include "protocol/records/record_reader.h"

namespace kt {
namespace {

constexpr size_t kRequestBytes = size_t{4} << 20;  // of several partitions together
constexpr size_t kSpareBatches = 64;
constexpr Milliseconds kFirstPause{50};
constexpr Milliseconds kLongestPause{1'000};

Milliseconds pause_after(int failures) {
  return std::min(kLongestPause, kFirstPause * (1 << std::min(failures, 5)));
}

/// Sequence numbers go on from 2^31-1 to 0.
int32_t sequence_after(int32_t sequence, int32_t count) {
  return static_cast<int32_t>((static_cast<int64_t>(sequence) + count) & 0x7fffffff);
}

/// What a broker said, or what its code means.
std::string reason(int16_t code, const std::string& message, Codec codec) {
  if (!message.empty()) return message;
  std::string text(error_meaning(code));
  // So does 0.8.0 with snappy, whose library does not run on later Javas.
  if (code == ErrorCode::unknown_server_error && codec != Codec::none)
    text += "; perhaps it cannot read " + std::string(codec_name(codec)) + ": try another codec";
  return text;
}

}  // namespace

Lane* ProducerQueue::add_lane(Lane lane) {
  std::lock_guard lock(mutex_);
  lane.delivered.topic = lane.topic_name;
  lane.delivered.partition = lane.partition;
  return &lanes_.emplace_back(std::move(lane));
}

void Batch::append(const RecordView& record, std::span<const RecordHeader> headers,
                   int64_t number) {
  builder.append(record.timestamp_ms, record.key, record.value, headers);
  if (!numbers.empty() && numbers.back().first + numbers.back().count == number)
    ++numbers.back().count;
  else
    numbers.push_back({number, 1});
}

std::unique_ptr<Batch> ProducerQueue::fresh_batch() {
  std::lock_guard lock(mutex_);
  if (spare_.empty()) return std::make_unique<Batch>();
  auto batch = std::move(spare_.back());
  spare_.pop_back();
  return batch;
}

void ProducerQueue::hand_over(Lane& lane, std::unique_ptr<Batch> batch) {
  int32_t leader;
  {
    std::unique_lock lock(mutex_);
    batch->records = batch->builder.count();
    batch->held_bytes = batch->builder.size_bytes();
    batch->expires = Clock::system().now() + options_.delivery_timeout;
    if (held_bytes_ >= options_.buffer_bytes) room_.wait(lock, [&] { return is_half_empty(); });
    held_bytes_ += batch->held_bytes;
    ++unfinished_;
    lane.ready.push_back(std::move(batch));
    if (lane.is_broken) fail_behind(lane);
    leader = lane.leader;
    if (leader < 0 || lane.leader_moved || lane.needs_producer_id) chores_.notify_one();
  }
  if (leader >= 0) wake_sender(leader);
}

void ProducerQueue::wait_until_idle() {
  std::unique_lock lock(mutex_);
  room_.wait(lock, [&] { return unfinished_ == 0; });
}

std::vector<Shipment> ProducerQueue::take(int32_t broker, Clock::Time& wake) {
  std::lock_guard lock(mutex_);
  auto now = Clock::system().now();
  wake = Clock::Time::max();
  std::vector<Shipment> shipments;
  size_t bytes = 0;
  for (auto& lane : lanes_) {
    if (lane.leader != broker || bytes >= kRequestBytes || expire(lane, now)) continue;
    if (lane.ready.empty() || lane.leader_moved || lane.draining || lane.needs_producer_id)
      continue;
    if (lane.not_before > now) {
      wake = std::min(wake, lane.not_before);
      continue;
    }
    if (lane.in_flight.size() >= most_in_flight(lane)) continue;
    auto& batch = *lane.ready.front();
    if (idempotent && batch.base_sequence < 0) {
      batch.base_sequence = lane.next_sequence;
      lane.next_sequence = sequence_after(lane.next_sequence, batch.records);
    }
    bytes += batch.held_bytes;
    shipments.push_back({&lane, &batch, lane.producer_id, lane.producer_epoch});
    lane.in_flight.push_back(std::move(lane.ready.front()));
    lane.ready.pop_front();
  }
  return shipments;
}

/// Sequence numbers keep the order, but not for a producer that the broker does not know yet: from
/// such a one it takes whatever number comes first.
size_t ProducerQueue::most_in_flight(const Lane& lane) const {
  bool ordered = options_.acks == 0 || (idempotent && lane.known_to_broker);
  return ordered ? static_cast<size_t>(options_.max_in_flight) : 1;
}

bool ProducerQueue::expire(Lane& lane, Clock::Time now) {
  bool expired = false;
  while (lane.in_flight.empty() && !lane.ready.empty() && lane.ready.front()->expires <= now) {
    auto batch = std::move(lane.ready.front());
    lane.ready.pop_front();
    // Its numbers are missing from the sequence now, whether the broker has seen them or not.
    if (batch->base_sequence >= 0 || options_.own_ids) break_sequence(lane);
    fail(lane, std::move(batch), 0, "not acknowledged within the time limit", Exit::unreachable);
    expired = true;
  }
  if (expired) came_back(lane);
  return expired;
}

std::unique_ptr<Batch> ProducerQueue::take_back(const Shipment& shipment) {
  auto& in_flight = shipment.lane->in_flight;
  auto at = std::find_if(in_flight.begin(), in_flight.end(),
                         [&](const auto& batch) { return batch.get() == shipment.batch; });
  auto batch = std::move(*at);
  in_flight.erase(at);
  return batch;
}

/// The last one in flight is back: those to be sent again go in front of those that wait.
void ProducerQueue::came_back(Lane& lane) {
  if (!lane.in_flight.empty() || !lane.draining) return;
  if (lane.is_broken) return fail_behind(lane);
  if (lane.needs_producer_id) {
    for (auto* batches : {&lane.again, &lane.ready})
      for (auto& batch : *batches) {
        batch->base_sequence = -1;
        batch->bytes = {};
      }
    chores_.notify_one();
  }
  lane.ready.insert(lane.ready.begin(), std::make_move_iterator(lane.again.begin()),
                    std::make_move_iterator(lane.again.end()));
  lane.again.clear();
  lane.draining = false;
  if (lane.leader_moved) chores_.notify_one();
}

void ProducerQueue::acknowledged(const Shipment& shipment, int64_t base_offset) {
  std::lock_guard lock(mutex_);
  auto& lane = *shipment.lane;
  auto batch = take_back(shipment);
  lane.failures = 0;
  lane.known_to_broker = true;
  auto& delivered = lane.delivered;
  delivered.records += batch->records;
  acknowledged_ += batch->records;
  if (base_offset >= 0) {
    if (delivered.first_offset < 0) delivered.first_offset = base_offset;
    delivered.last_offset = base_offset + batch->records - 1;
  }
  forget(std::move(batch));
  came_back(lane);
}

void ProducerQueue::refused(const Shipment& shipment, int16_t code, const std::string& message) {
  std::lock_guard lock(mutex_);
  auto& lane = *shipment.lane;
  auto batch = take_back(shipment);
  bool lost_sequence = code == ErrorCode::out_of_order_sequence_number ||
                       code == ErrorCode::unknown_producer_id ||
                       code == ErrorCode::invalid_producer_epoch;
  if (lane.is_broken) {
    fail(lane, std::move(batch), code, reason(code, message, batch_options.compression.codec),
         error_retriable(code) ? Exit::unreachable : Exit::failed);
  } else if (idempotent && lost_sequence && (!options_.own_ids || lane.draining)) {
    // Behind a batch that failed this is what must come. By itself it means that the broker forgot
    // this producer: the batch was not appended, and starts anew under a new id.
    if (!lane.draining) lane.needs_producer_id = true;
    send_again(lane, std::move(batch), false);
  } else if (is_too_large(code) && split(lane, *batch)) {
    lane.draining = true;
    forget(std::move(batch));
  } else if (error_retriable(code) && batch->expires > Clock::system().now() && !may_repeat()) {
    send_again(lane, std::move(batch), true);
  } else {
    break_sequence(lane);
    fail(lane, std::move(batch), code, reason(code, message, batch_options.compression.codec),
         error_retriable(code) ? Exit::unreachable : Exit::failed);
  }
  came_back(lane);
}

void ProducerQueue::lost(const Shipment& shipment, const Error& error) {
  std::lock_guard lock(mutex_);
  auto& lane = *shipment.lane;
  auto batch = take_back(shipment);
  if (batch->expires > Clock::system().now() && !lane.is_broken && !may_repeat()) {
    send_again(lane, std::move(batch), true);
  } else {
    break_sequence(lane);
    fail(lane, std::move(batch), 0, error.message(), error.exit());
  }
  came_back(lane);
}

void ProducerQueue::give_up(const Shipment& shipment, const Error& error) {
  std::lock_guard lock(mutex_);
  auto& lane = *shipment.lane;
  auto batch = take_back(shipment);
  break_sequence(lane);
  fail(lane, std::move(batch), 0, error.message(), error.exit());
  came_back(lane);
}

/// A batch is missing from the sequence.
void ProducerQueue::break_sequence(Lane& lane) {
  if (options_.own_ids)
    lane.draining = lane.is_broken = true;
  else if (idempotent)
    lane.draining = lane.needs_producer_id = true;
}

void ProducerQueue::fail_behind(Lane& lane) {
  for (auto* batches : {&lane.again, &lane.ready})
    for (auto& batch : std::exchange(*batches, {}))
      fail(lane, std::move(batch), 0, "a batch before it failed", Exit::failed);
}

void ProducerQueue::send_again(Lane& lane, std::unique_ptr<Batch> batch, bool leader_moved) {
  if (!lane.draining) {
    lane.draining = true;
    lane.not_before = Clock::system().now() + pause_after(lane.failures++);
  }
  lane.leader_moved |= leader_moved;
  lane.again.push_back(std::move(batch));
}

/// Puts two halves in the batch's place. False for a single record.
bool ProducerQueue::split(Lane& lane, const Batch& batch) {
  if (batch.records < 2) return false;
  RecordReaderOptions reading;
  reading.check_crc = false;
  RecordReader records(batch.bytes, reading);
  std::vector<RecordHeader> headers;
  auto run = batch.numbers.begin();
  int64_t taken_of_run = 0;
  int32_t sequence = batch.base_sequence;
  for (int32_t left : {batch.records / 2, batch.records - batch.records / 2}) {
    auto half = std::make_unique<Batch>();
    half->builder.reset(batch_options);
    for (; left > 0; --left) {
      const auto* record = records.next();
      headers.clear();
      for (const auto& header : record->headers) headers.push_back(header);
      half->append(*record, headers, run->first + taken_of_run);
      if (++taken_of_run == run->count) ++run, taken_of_run = 0;
    }
    half->records = half->builder.count();
    half->held_bytes = half->builder.size_bytes();
    half->expires = batch.expires;
    half->base_sequence = sequence;
    if (sequence >= 0) sequence = sequence_after(sequence, half->records);
    held_bytes_ += half->held_bytes;
    ++unfinished_;
    lane.again.push_back(std::move(half));
  }
  return true;
}

void ProducerQueue::fail(Lane& lane, std::unique_ptr<Batch> batch, int16_t code,
                         std::string message, Exit exit) {
  failed_ += batch->records;
  failures_.push_back(
      {lane.topic_name, lane.partition, code, std::move(message), exit, std::move(batch->numbers)});
  forget(std::move(batch));
}

void ProducerQueue::forget(std::unique_ptr<Batch> batch) {
  held_bytes_ -= batch->held_bytes;
  --unfinished_;
  if (is_half_empty()) room_.notify_one();
  if (spare_.size() >= kSpareBatches) return;
  batch->numbers.clear();
  batch->bytes = {};
  batch->base_sequence = -1;
  spare_.push_back(std::move(batch));
}

std::optional<ProducerQueue::Chores> ProducerQueue::wait_for_chores() {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (stopped_) return std::nullopt;
    Chores chores;
    auto now = Clock::system().now();
    auto wake = Clock::Time::max();
    for (auto& lane : lanes_) {
      if (lane.leader < 0 || lane.leader_moved) expire(lane, now);
      if (lane.idle() || lane.draining) continue;
      if (!lane.ready.empty()) wake = std::min(wake, lane.ready.front()->expires);
      bool leaderless = lane.leader < 0 || (lane.leader_moved && lane.in_flight.empty());
      if (leaderless && lane.not_before <= now) chores.topics.insert(lane.topic_name);
      if (leaderless) wake = std::min(wake, lane.not_before);
      if (lane.needs_producer_id && lane.in_flight.empty()) chores.need_ids.push_back(&lane);
    }
    if (!chores.topics.empty() || !chores.need_ids.empty()) return chores;
    if (wake == Clock::Time::max())
      chores_.wait(lock);
    else
      chores_.wait_until(lock, std::max(wake, now + Milliseconds(1)));
  }
}

void ProducerQueue::set_leader(Lane& lane, int32_t leader, Uuid topic_id) {
  {
    std::lock_guard lock(mutex_);
    // With requests on the way to the old leader the lane stays with it until they are back.
    if (!lane.in_flight.empty() && lane.leader >= 0) return;
    lane.leader = leader;
    lane.topic_id = topic_id;
    lane.leader_moved = false;
    if (leader < 0) lane.not_before = Clock::system().now() + pause_after(lane.failures++);
  }
  if (leader >= 0) wake_sender(leader);
}

void ProducerQueue::set_producer_id(Lane& lane, int64_t id, int16_t epoch, int32_t next_sequence) {
  int32_t leader;
  {
    std::lock_guard lock(mutex_);
    lane.producer_id = id;
    lane.producer_epoch = epoch;
    lane.next_sequence = next_sequence;
    lane.needs_producer_id = false;
    lane.known_to_broker = false;
    leader = lane.leader;
  }
  if (leader >= 0) wake_sender(leader);
}

void ProducerQueue::stop() {
  std::lock_guard lock(mutex_);
  stopped_ = true;
  chores_.notify_all();
}

int64_t ProducerQueue::acknowledged() const {
  std::lock_guard lock(mutex_);
  return acknowledged_;
}

int64_t ProducerQueue::failed() const {
  std::lock_guard lock(mutex_);
  return failed_;
}

std::vector<DeliveryFailure> ProducerQueue::take_failures() {
  std::lock_guard lock(mutex_);
  return std::exchange(failures_, {});
}

std::vector<PartitionDelivery> ProducerQueue::deliveries() const {
  std::lock_guard lock(mutex_);
  std::vector<PartitionDelivery> deliveries;
  for (const auto& lane : lanes_) deliveries.push_back(lane.delivered);
  return deliveries;
}

}  // namespace kt
