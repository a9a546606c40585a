#include "mirror/mirror.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/units.h"
#include "client/positions.h"
#include "mirror/courier.h"
#include "mirror/record_stream.h"
#include "protocol/errors.h"

namespace kt::mirror {
namespace {

/// Partitions whose ends are asked for in one go.
constexpr size_t kMostStarts = 500;
/// A position beyond the source's end may be a new leader that is still catching up.
constexpr int kPatientStarts = 8;
constexpr Milliseconds kLookAround{200}, kFullWait{50}, kFinishLimit{10'000};
/// Stored positions, and again those that have not changed: groups forget them after a day or more.
constexpr Milliseconds kSaveEvery{1'000};
constexpr std::chrono::hours kSaveAllEvery{1};

constexpr const char* kCopyElsewhere =
    "copy it into a new topic (--rename), or under a new --name with --append";

std::string name_of(const TopicPartition& partition) {
  return fmt::format("{}-{}", partition.topic, partition.partition);
}

ConsumerOptions consumer_options(size_t memory_bytes, bool read_committed) {
  ConsumerOptions options;
  options.read_committed = read_committed;
  options.partitions_fail_alone = true;
  options.queue_bytes = memory_bytes / 4;
  options.max_bytes = static_cast<int32_t>(std::clamp<size_t>(memory_bytes / 8, 1 << 20, 32 << 20));
  options.partition_max_bytes = std::min(options.max_bytes, 4 << 20);
  return options;
}

bool is_too_large(int16_t error_code) {
  return error_code == ErrorCode::message_too_large ||
         error_code == ErrorCode::record_list_too_large;
}

/// Errors that somebody has to put right; all others are tried again.
bool is_final(int16_t error_code) {
  switch (static_cast<ErrorCode>(error_code)) {
    case ErrorCode::message_too_large:
    case ErrorCode::record_list_too_large:
    case ErrorCode::topic_authorization_failed:
    case ErrorCode::cluster_authorization_failed:
    case ErrorCode::invalid_record:
    case ErrorCode::corrupt_message:
    case ErrorCode::invalid_timestamp:
    case ErrorCode::unsupported_compression_type:
    case ErrorCode::unsupported_for_message_format:
    case ErrorCode::policy_violation:
    case ErrorCode::invalid_topic_exception:
    case ErrorCode::unsupported_version:
      return true;
    default:
      return false;
  }
}

std::string way_out(int16_t error_code) {
  switch (static_cast<ErrorCode>(error_code)) {
    case ErrorCode::message_too_large:
    case ErrorCode::record_list_too_large:
      return "raise max.message.bytes of the target topic";
    case ErrorCode::topic_authorization_failed:
      return "the target needs Write and Describe on the topic";
    case ErrorCode::cluster_authorization_failed:
      return "targets before 3.0 need IdempotentWrite on the cluster";
    case ErrorCode::invalid_timestamp:
      return "raise message.timestamp.before.max.ms and .after.max.ms of the target topic";
    case ErrorCode::corrupt_message:
      return "the batch is damaged in the source: kt consume shows where";
    default:
      return "";
  }
}

}  // namespace

Mirror::Mirror(Cluster& source, Cluster& target, MirrorOptions options)
    : source_(source),
      target_(target),
      options_(std::move(options)),
      lane_limit_bytes_(std::max<size_t>(options_.memory_bytes / 8, 2 << 20)),
      abilities_(abilities_of(target)),
      last_progress_(Clock::system().now()) {
  source_has_transactions_ = has_transactions(source_);
  if (!abilities_.has_sequences) stored_.emplace(target_, options_.name);
  consumer_ = std::make_unique<Consumer>(
      source_, consumer_options(options_.memory_bytes, source_has_transactions_));
}

Mirror::~Mirror() {
  consumer_.reset();
  couriers_.clear();
}

bool Mirror::work(Deadline until) {
  while (!until.expired()) {
    let_go();
    bool started = start_lanes();
    bool is_waiting = false;
    if (is_over(is_waiting)) return false;
    check_progress(is_waiting);
    if (auto failure = save_positions(); !failure.empty()) options_.log(failure);
    bool may_take = !consumer_->finished() && Clock::system().now() >= may_take_at_;
    {
      std::unique_lock lock(mutex_);
      if (error_) std::rethrow_exception(error_);
      if (!may_take || queued_bytes_ >= options_.memory_bytes / 2) {
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
  bool is_waiting = false;
  return !is_over(is_waiting);
}

bool Mirror::is_over(bool& is_waiting) {
  std::lock_guard lock(mutex_);
  bool over = true;
  for (const auto& [id, lane] : lanes_) {
    bool ended = lane->state == LaneState::done || lane->state == LaneState::stopped ||
                 lane->state == LaneState::elsewhere;
    over = over && ended;
    is_waiting = is_waiting || lane->state == LaneState::starting || !lane->queue.empty() ||
                 (lane->state == LaneState::copying && lane->end_offset != INT64_MAX);
  }
  return over;
}

void Mirror::check_progress(bool is_waiting) {
  std::lock_guard lock(mutex_);
  auto now = Clock::system().now();
  if (!is_waiting) last_progress_ = now;
  auto limit = std::max(source_.options().timeout, target_.options().timeout);
  if (now - last_progress_ < limit) return;
  std::string why;
  for (const auto& [id, lane] : lanes_)
    if (!lane->message.empty() && lane->state == LaneState::starting) why = lane->message;
  throw Error("nothing was copied for " + format_duration(limit) + (why.empty() ? "" : ": " + why),
              Exit::unreachable);
}

// ---- Starting and starting again

bool Mirror::start_lanes() {
  std::vector<Lane*> due;
  {
    std::lock_guard lock(mutex_);
    auto now = Clock::system().now();
    for (auto& [id, lane] : lanes_)
      if (lane->state == LaneState::starting && lane->retry_at <= now && due.size() < kMostStarts)
        due.push_back(lane.get());
  }
  if (due.empty()) return false;
  try {
    start(due);
    has_begun_ = true;
  } catch (const Error& error) {
    // What could be asked once can be asked again: a leader may just have left its cluster.
    if (error.exit() != Exit::unreachable && !has_begun_) throw;
    std::lock_guard lock(mutex_);
    for (auto* lane : due)
      if (lane->state == LaneState::starting) restart(*lane, error.message());
  }
  return true;
}

void Mirror::start(const std::vector<Lane*>& due) {
  source_.progress();
  target_.progress();
  std::vector<OffsetQuery> queries;
  std::vector<TargetPartition> targets;
  std::vector<std::string> names;
  for (auto* lane : due) {
    for (int64_t time : {kEarliest, kLatest}) queries.push_back({lane->source, time});
    targets.push_back({lane->target, lane->ids, lane->source});
    names.push_back(lane->target.topic);
  }
  names.erase(std::unique(names.begin(), names.end()), names.end());
  // The target first: another mirror of this name may copy on meanwhile.
  auto positions = find_target_positions(source_, target_, options_.name, targets);
  auto ends = list_offsets(source_, queries, source_has_transactions_);
  auto differs = changed_sources(due, targets, positions, ends);
  auto metadata = target_.refresh(names);
  for (size_t i = 0; i < due.size(); ++i) {
    auto& lane = *due[i];
    auto* known = metadata->partition(lane.target.topic, lane.target.partition);
    int16_t source_error =
        ends[2 * i].error_code != 0 ? ends[2 * i].error_code : ends[2 * i + 1].error_code;
    std::unique_lock lock(mutex_);
    if (source_error != 0) {
      restart(lane, "the source's offsets are not told: " + error_text(source_error));
    } else if (positions[i].error) {
      restart(lane, positions[i].error->message());
    } else if (differs.contains(&lane)) {
      auto offset = *positions[i].source_position - 1;
      stop(
          lane,
          fmt::format("{} in the source has another record at offset {} than was copied: the topic "
                      "was created anew, or its log truncated",
                      name_of(lane.source), offset),
          kCopyElsewhere);
    } else if (known == nullptr || known->leader < 0) {
      restart(lane, fmt::format("{} has no leader in the target", name_of(lane.target)));
    } else {
      lock.unlock();
      lane.courier = &courier_for(lane, known->leader);
      place(lane, ends[2 * i].offset, ends[2 * i + 1].offset, positions[i]);
    }
  }
  // Before anything is sent: what stands behind a position that nobody knows is somebody else's.
  saved_at_ = {};
  auto failure = save_positions();
  if (failure.empty()) return;
  std::lock_guard lock(mutex_);
  for (auto* lane : due) restart(*lane, failure);
}

std::string Mirror::save_positions() {
  auto now = Clock::system().now();
  if (!stored_ || options_.only_place || now - saved_at_ < kSaveEvery) return {};
  saved_at_ = now;
  bool all = now - all_saved_at_ >= kSaveAllEvery;
  std::vector<StoredPosition> positions;
  std::vector<Lane*> saved;
  {
    std::lock_guard lock(mutex_);
    for (auto& [id, lane] : lanes_) {
      if (lane->target_next < 0 || (!all && lane->acknowledged_to == lane->saved_to)) continue;
      positions.push_back({lane->target, lane->ids, lane->acknowledged_to, lane->target_next});
      saved.push_back(lane.get());
    }
  }
  try {
    if (!positions.empty()) stored_->save(positions);
  } catch (const Error& error) {
    return error.message();
  }
  for (size_t i = 0; i < saved.size(); ++i) saved[i]->saved_to = positions[i].source_position;
  if (all) all_saved_at_ = now;
  return {};
}

int64_t Mirror::start_in(const TopicPartition& source, int64_t earliest, int64_t latest) {
  // Asked of each of thousands of partitions it would take its time.
  if (options_.start.kind == Position::Kind::earliest) return earliest;
  if (options_.start.kind == Position::Kind::latest) return latest;
  return place_offsets(source_, {source}, options_.start).front().at.offset;
}

void Mirror::place(Lane& lane, int64_t earliest, int64_t latest, const TargetPosition& at) {
  int64_t position = 0;
  auto run = at.run;
  std::unique_lock lock(mutex_);
  if (lane.state != LaneState::starting) return;  // given up meanwhile
  lane.source_end = latest;
  if (options_.stop_at_end && lane.end_offset == INT64_MAX) lane.end_offset = latest;
  if (at.source_position) {
    position = *at.source_position;
    if (lane.copied_to > position)
      options_.warn(
          fmt::format("{}: the target lost records that it had acknowledged: copied "
                      "again from offset {} on, not {}",
                      name_of(lane.source), position, lane.copied_to));
  } else if (lane.copied_to >= 0) {
    return stop(lane,
                fmt::format("{} in the target has lost all that was copied: created anew?",
                            name_of(lane.target)),
                "start the mirror again to copy all of it");
  } else if (lane.acknowledged_to >= 0) {
    position = lane.acknowledged_to;
  } else {
    lock.unlock();
    std::optional<int64_t> taken_over;
    std::optional<Error> failure;
    try {
      if (options_.takeover) taken_over = options_.takeover(lane.source, lane.target, at);
    } catch (const Error& error) {
      if (error.exit() == Exit::unreachable) throw;
      failure = error;
    }
    bool may_begin = taken_over || at.is_empty() || options_.append;
    if (taken_over)
      position = *taken_over;
    else if (!failure && may_begin)
      position = start_in(lane.source, earliest, latest);
    lock.lock();
    if (lane.state != LaneState::starting) return;
    if (failure) return stop(lane, failure->message(), failure->hint());
    if (!may_begin)
      return stop(lane,
                  fmt::format("{} in the target holds records (offsets {} to {}) that this mirror "
                              "did not write",
                              name_of(lane.target), at.earliest, at.latest),
                  "--append copies behind them; --name goes on with a mirror of another name");
  }
  if (position > latest) {
    if (++lane.starts_behind < kPatientStarts)
      return restart(lane, "the source ends before what was copied");
    return stop(lane,
                fmt::format("{} in the source ends at offset {}, but {} were copied: its log was "
                            "truncated, or the topic created anew",
                            name_of(lane.source), latest, position),
                kCopyElsewhere);
  }
  if (position < earliest) {
    auto gap = fmt::format("{}: the source has deleted offsets {} to {} before they were copied",
                           name_of(lane.source), position, earliest - 1);
    if (!options_.skip_gaps) return stop(lane, gap, "--on-gap skip goes on behind them");
    options_.warn(gap);
    position = earliest;
    run.reset();
  }
  lane.starts_behind = 0;
  lane.acknowledged_to = lane.fetched_to = position;
  if (options_.only_place) {
    lane.state = LaneState::done;
    return;
  }
  lane.target_next = stored_ ? at.latest : -1;
  lane.saved_to = -1;
  lane.is_proven = false;
  lane.one_at_a_time = !abilities_.has_sequences;
  lane.forwarder.emplace(lane.ids, ForwarderOptions{.runs_begin_at_zero = !abilities_.any_sequence,
                                                    .magic = abilities_.magic,
                                                    .has_zstd = abilities_.has_zstd,
                                                    .batch_bytes = lane.batch_bytes});
  lane.forwarder->resume(position, run);
  lane.state = LaneState::copying;
  // Thousands take their time to start; one that starts over and over is no progress.
  if (lane.failures == 0) last_progress_ = Clock::system().now();
  look_if_done(lane);
  if (lane.state != LaneState::copying) return;
  lane.paused = false;
  consumer_->assign(lane.source, position, lane.end_offset);
  options_.log(fmt::format("{} is copied from offset {} on{}", name_of(lane.source), position,
                           at.source_position ? ", where it came to" : ""));
}

Courier& Mirror::courier_for(const Lane& lane, int32_t leader) {
  auto spread =
      std::hash<std::string>()(lane.target.topic) + static_cast<size_t>(lane.target.partition);
  int index = static_cast<int>(spread % static_cast<size_t>(options_.connections_per_broker));
  auto& courier = couriers_[{leader, index}];
  if (!courier) courier = std::make_unique<Courier>(*this, target_, leader, abilities_.magic);
  return *courier;
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
    batches = lane.forwarder->take(chunk);
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
  lane.message.clear();
  lane.hint.clear();
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
  lane.retry_at = Clock::system().now() + target_.backoff(++lane.failures);
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
  if (lane.fetched_to < lane.end_offset) return;
  lane.state = LaneState::done;
  consumer_->unassign(lane.source);
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
