#include "mirror/mirror.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/units.h"
#include "client/refusal.h"
#include "mirror/courier.h"
#include "mirror/record_stream.h"
#include "mirror/refusal.h"
#include "protocol/errors.h"

namespace kt::mirror {
namespace {

constexpr Milliseconds kLookAround{200}, kFullWait{50}, kFinishLimit{10'000};

/// Of the memory an eighth waits for work(), and an eighth is on its way from the source's brokers.
ConsumerOptions consumer_options(size_t memory_bytes, size_t brokers, bool read_committed) {
  ConsumerOptions options;
  options.read_committed = read_committed;
  options.partitions_fail_alone = true;
  options.queue_bytes = memory_bytes / 8;
  options.max_bytes = static_cast<int32_t>(
      std::clamp<size_t>(memory_bytes / 8 / std::max<size_t>(brokers, 2), 256 << 10, 32 << 20));
  options.partition_max_bytes = std::min(options.max_bytes, 4 << 20);
  return options;
}

}  // namespace

Mirror::Mirror(Cluster& source, Cluster& target, MirrorOptions options)
    : source_(source),
      target_(target),
      options_(std::move(options)),
      lane_limit_bytes_(std::max<size_t>(options_.memory_bytes / 8, 2 << 20)),
      limit_bytes_(options_.memory_bytes / 2),
      abilities_(abilities_of(target)),
      last_progress_(Clock::system().now()) {
  source_has_transactions_ = has_transactions(source_);
  if (!abilities_.has_sequences) stored_.emplace(target_, options_.name);
  auto brokers = source_.refresh({})->brokers.size();
  consumer_ = std::make_unique<Consumer>(
      source_, consumer_options(options_.memory_bytes, brokers, source_has_transactions_));
}

Mirror::~Mirror() {
  consumer_.reset();
  couriers_.clear();
}

bool Mirror::work(Deadline until) {
  while (!until.expired()) {
    let_go();
    bool started = start_lanes();
    if (is_over()) return false;
    check_progress();
    if (auto failure = save_positions(); !failure.empty()) options_.log(failure);
    bool may_take = !consumer_->finished() && Clock::system().now() >= may_take_at_;
    {
      std::unique_lock lock(mutex_);
      if (error_) std::rethrow_exception(error_);
      if (!may_take || is_full()) {
        changed_.wait_for(lock, until.sooner(kFullWait).remaining());
        continue;
      }
    }
    auto chunk = consumer_->next(until.sooner(started ? Milliseconds(0) : kLookAround));
    if (chunk) take(*chunk);
    if (chunk && options_.bytes_per_s > 0) {
      std::chrono::duration<double> worth(static_cast<double>(chunk->records.size()) /
                                          static_cast<double>(options_.bytes_per_s));
      may_take_at_ = std::max(may_take_at_, Clock::system().now()) +
                     std::chrono::duration_cast<Milliseconds>(worth);
    }
  }
  return !is_over();
}

/// Lanes may have a little even where what waits for work() takes all.
bool Mirror::is_full() const {
  return consumer_->held_bytes() >= limit_bytes_ && queued_bytes_ >= limit_bytes_ / 8;
}

bool Mirror::is_over() const {
  std::lock_guard lock(mutex_);
  return std::all_of(lanes_.begin(), lanes_.end(), [](const auto& entry) {
    auto state = entry.second->state;
    return state == LaneState::done || state == LaneState::stopped || state == LaneState::elsewhere;
  });
}

void Mirror::check_progress() {
  std::lock_guard lock(mutex_);
  auto now = Clock::system().now();
  auto limit = std::max(source_.options().timeout, target_.options().timeout);
  bool is_waiting = false, is_one_well = false;
  std::string why;
  std::vector<Lane*> stuck;
  for (const auto& [id, lane] : lanes_) {
    bool is_copying = lane->state == LaneState::copying;
    bool has_work = lane->state == LaneState::starting || !lane->queue.empty() ||
                    (is_copying && lane->end_offset != INT64_MAX);
    is_waiting = is_waiting || has_work;
    is_one_well = is_one_well || (is_copying && !has_work);
    if (lane->state == LaneState::starting && !lane->message.empty()) why = lane->message;
    if (has_work && !lane->is_told && now - lane->troubled_since.value_or(now) > limit)
      stuck.push_back(lane.get());
  }
  if (!is_waiting || is_one_well) last_progress_ = now;
  if (now - last_progress_ >= limit)
    throw Error(
        "nothing was copied for " + format_duration(limit) + (why.empty() ? "" : ": " + why),
        Exit::unreachable);
  if (stuck.empty()) return;
  for (auto* lane : stuck) lane->is_told = true;
  auto others = stuck.size() == 1 ? " has" : fmt::format(" and {} more have", stuck.size() - 1);
  options_.warn(fmt::format("{}{} been waiting for {}: {}", name_of(stuck[0]->source), others,
                            format_duration(limit), stuck[0]->message));
}

// ---- What was fetched

void Mirror::take(const FetchedChunk& chunk) {
  auto found = lanes_.find(chunk.partition);
  if (found == lanes_.end()) return;
  auto& lane = *found->second;
  if (chunk.failure) {
    std::lock_guard lock(mutex_);
    if (lane.state == LaneState::copying) on_fetch_failure(lane, *chunk.failure);
    return;
  }
  {
    std::lock_guard lock(mutex_);
    if (lane.state != LaneState::copying) return;
  }
  std::vector<OutgoingBatch> batches;
  std::string damage;
  try {
    // A lane that is slow would keep every answer that has a little for it.
    bool is_little = chunk.records.size() < chunk.keeps_alive->size_bytes() / 2;
    bool as_copies = is_little && consumer_->held_bytes() > limit_bytes_ / 2;
    batches = lane.forwarder->take(chunk, as_copies);
  } catch (const Error& error) {
    damage = fmt::format("{} cannot be copied at offset {}: {}", name_of(lane.source),
                         lane.forwarder->position(), error.message());
  }
  std::lock_guard lock(mutex_);
  if (lane.state != LaneState::copying) return;
  if (!damage.empty()) return stop(lane, damage, "");
  lane.fetched_to = std::max(lane.fetched_to, lane.forwarder->position());
  auto end = source_has_transactions_ ? chunk.last_stable_offset : chunk.high_watermark;
  lane.source_end = std::max(end, lane.fetched_to);
  lane.runs = lane.forwarder->runs_begun();
  for (auto& batch : batches) {
    lane.queued_bytes += batch.bytes.size();
    queued_bytes_ += batch.bytes.size();
    lane.queue.push_back(std::move(batch));
  }
  if (lane.queued_bytes > lane_limit_bytes_ && !lane.paused) {
    lane.paused = true;
    consumer_->pause(lane.source, true);
  }
  if (lane.in_flight < lane.queue.size()) lane.courier->offer(lane);
  look_if_done(lane);
}

void Mirror::on_fetch_failure(Lane& lane, const FetchFailure& failure) {
  switch (failure.kind) {
    case FetchFailure::Kind::out_of_range:  // a gap, or the end: asked for when it starts again
    case FetchFailure::Kind::unavailable:
      return restart(lane, failure.message);
    case FetchFailure::Kind::truncated:
    case FetchFailure::Kind::recreated:
      return stop(lane, failure.message,
                  "the target holds what the source lost: copy into a new topic (--rename), or "
                  "under a new --name with --append");
    case FetchFailure::Kind::damaged:
    case FetchFailure::Kind::refused:
      return stop(lane, failure.message, "");
  }
}

// ---- What couriers tell

void Mirror::acknowledged(Lane& lane, int64_t lane_epoch, const OutgoingBatch& batch,
                          int64_t base_offset) {
  std::lock_guard lock(mutex_);
  last_progress_ = Clock::system().now();
  if (lane.epoch != lane_epoch) return;
  if (lane.target_next >= 0 && base_offset >= 0 && base_offset < lane.target_next)
    return stop(lane,
                fmt::format("{} in the target was truncated: offset {} was written a second time",
                            name_of(lane.target), base_offset),
                "kt mirror verify shows what is missing");
  lane.target_next = base_offset < 0 ? -1 : base_offset + batch.count;
  lane.is_proven = true;
  lane.proven_at = last_progress_;
  lane.failures = 0;
  calm(lane);
  lane.records += batch.count;
  lane.bytes += static_cast<int64_t>(batch.bytes.size());
  lane.acknowledged_to = lane.copied_to = batch.source_end;
  lane.copied_time_ms = batch.time_ms;
  lane.queued_bytes -= batch.bytes.size();
  queued_bytes_ -= batch.bytes.size();
  lane.queue.pop_front();
  --lane.in_flight;
  if (lane.in_flight < lane.queue.size()) lane.courier->offer(lane);
  relieve(lane);
  look_if_done(lane);
  changed_.notify_all();
}

void Mirror::refused(Lane& lane, int64_t lane_epoch, const OutgoingBatch& batch, int16_t error_code,
                     const std::string& message) {
  std::lock_guard lock(mutex_);
  if (lane.epoch != lane_epoch) return;
  auto why = fmt::format("{} in the target refused a batch: {}", name_of(lane.target),
                         error_text(error_code, message));
  if (is_too_large(error_code) && batch.is_made && batch.count > 1)
    lane.batch_bytes = std::min(lane.batch_bytes, batch.bytes.size()) / 2;
  else if (is_final(error_code))
    return stop(lane, why, way_out(error_code));
  restart(lane, why);
}

void Mirror::lost(Lane& lane, int64_t lane_epoch, const std::string& why) {
  std::lock_guard lock(mutex_);
  if (lane.epoch == lane_epoch) restart(lane, why);
}

void Mirror::failed(std::exception_ptr error) {
  std::lock_guard lock(mutex_);
  if (!error_) error_ = std::move(error);
  changed_.notify_all();
}

// ---- States

void Mirror::drop(Lane& lane) {
  consumer_->unassign(lane.source);
  if (lane.courier != nullptr) lane.courier->withdraw(lane);
  ++lane.epoch;
  queued_bytes_ -= lane.queued_bytes;
  lane.queue.clear();
  lane.queued_bytes = lane.in_flight = 0;
  changed_.notify_all();
}

void Mirror::restart(Lane& lane, const std::string& why) {
  if (lane.state == LaneState::leaving) return drop(lane);
  if (lane.state != LaneState::copying && lane.state != LaneState::starting) return;
  if (lane.state == LaneState::copying) drop(lane);
  lane.state = LaneState::starting;
  lane.message = why;
  auto now = Clock::system().now();
  if (!lane.troubled_since) lane.troubled_since = now;
  lane.retry_at = now + target_.backoff(++lane.failures);
  options_.log(fmt::format("{} starts again: {}", name_of(lane.source), why));
}

void Mirror::stop(Lane& lane, const std::string& message, const std::string& hint) {
  if (lane.state == LaneState::copying || lane.state == LaneState::leaving) drop(lane);
  lane.state = LaneState::stopped;
  lane.message = message;
  lane.hint = hint;
}

void Mirror::look_if_done(Lane& lane) {
  if (lane.state != LaneState::copying || !lane.queue.empty()) return;
  lane.acknowledged_to = std::max(lane.acknowledged_to, lane.fetched_to);
  if (lane.fetched_to >= lane.source_end) calm(lane);
  if (lane.fetched_to < lane.end_offset) return;
  lane.state = LaneState::done;
  consumer_->unassign(lane.source);
}

void Mirror::calm(Lane& lane) {
  lane.message.clear();
  lane.hint.clear();
  lane.troubled_since.reset();
  lane.is_told = false;
}

void Mirror::relieve(Lane& lane) {
  if (!lane.paused || lane.queued_bytes > lane_limit_bytes_ / 2) return;
  lane.paused = false;
  consumer_->pause(lane.source, false);
}

void Mirror::finish() {
  Deadline limit(kFinishLimit);
  std::unique_lock lock(mutex_);
  auto in_flight = [this] {
    return std::any_of(lanes_.begin(), lanes_.end(),
                       [](const auto& entry) { return !entry.second->queue.empty(); });
  };
  while (in_flight() && !error_ && !limit.expired())
    changed_.wait_for(lock, limit.sooner(kFullWait).remaining());
  lock.unlock();
  let_go();
  saved_at_ = {};
  if (auto failure = save_positions(); !failure.empty()) options_.warn(failure);
}

}  // namespace kt::mirror
