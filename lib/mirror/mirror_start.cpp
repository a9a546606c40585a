// Where partitions begin, and begin again after a failure: both ends are asked, the target first.
#include <fmt/format.h>

#include <algorithm>

#include "client/positions.h"
#include "mirror/courier.h"
#include "mirror/mirror.h"
#include "mirror/same_log.h"
#include "protocol/errors.h"

namespace kt::mirror {
namespace {

/// Partitions whose ends are asked for in one go.
constexpr size_t kMostStarts = 500;
/// A position beyond the source's end may be a new leader that is still catching up.
constexpr int kPatientStarts = 8;
/// Stored positions, and again those that have not changed: groups forget them after a day or more.
constexpr Milliseconds kSaveEvery{1'000};
constexpr std::chrono::hours kSaveAllEvery{1};

constexpr const char* kCopyElsewhere =
    "copy it into a new topic (--rename), or under a new --name with --append";

}  // namespace

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
  lane.forwarder.emplace(lane.ids,
                         ForwarderOptions{.runs_begin_at_zero = !abilities_.any_sequence,
                                          .magic = abilities_.magic,
                                          .has_zstd = abilities_.has_zstd,
                                          .batch_bytes = lane.batch_bytes},
                         builder_);
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

/// Those whose source is not the one that was copied, of those that were not looked at before.
std::set<const Lane*> Mirror::changed_sources(const std::vector<Lane*>& due,
                                              const std::vector<TargetPartition>& targets,
                                              std::vector<TargetPosition> positions,
                                              const std::vector<OffsetAnswer>& ends) {
  std::vector<int64_t> earliest;
  for (size_t i = 0; i < due.size(); ++i) {
    earliest.push_back(ends[2 * i].offset);
    bool is_known = ends[2 * i].error_code == 0 && ends[2 * i + 1].error_code == 0 &&
                    positions[i].source_position.value_or(0) <= ends[2 * i + 1].offset;
    if (due[i]->is_same_log || !is_known) positions[i].source_position.reset();
  }
  auto same = are_same_logs(source_, target_, targets, positions, earliest);
  std::set<const Lane*> changed;
  for (size_t i = 0; i < due.size(); ++i) {
    if (positions[i].source_position) due[i]->is_same_log = same[i];
    if (!same[i]) changed.insert(due[i]);
  }
  return changed;
}

}  // namespace kt::mirror
