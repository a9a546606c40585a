// Partitions that come to a mirror and leave it, while it runs.
#include <algorithm>

#include "mirror/courier.h"
#include "mirror/mirror.h"

namespace kt::mirror {
namespace {

constexpr Milliseconds kLeaveLimit{10'000}, kLookAgain{50};

}  // namespace

void Mirror::add(const TopicPartition& source, const TopicPartition& target) {
  RunIds ids(options_.name, options_.source_cluster_id, source);
  std::lock_guard lock(mutex_);
  auto& lane = lanes_[source];
  if (!lane) lane = std::make_unique<Lane>(source, target, ids);
  if (lane->state != LaneState::elsewhere) return;
  lane->is_same_log = false;
  lane->state = LaneState::starting;
  lane->failures = lane->starts_behind = 0;
  calm(*lane);
  lane->retry_at = {};
}

bool Mirror::has(const TopicPartition& source) const {
  std::lock_guard lock(mutex_);
  auto lane = lanes_.find(source);
  return lane != lanes_.end() && lane->second->state != LaneState::elsewhere;
}

void Mirror::remove(const TopicPartition& source) {
  std::lock_guard lock(mutex_);
  auto found = lanes_.find(source);
  if (found == lanes_.end()) return;
  if (found->second->state == LaneState::copying) drop(*found->second);
  if (found->second->state == LaneState::leaving) is_elsewhere(*found->second);
  found->second->forwarder.reset();
  removed_.push_back(std::move(found->second));
  lanes_.erase(found);
}

void Mirror::leave(Lane& lane) {
  if (lane.state != LaneState::copying) return is_elsewhere(lane);
  consumer_->unassign(lane.source);
  lane.courier->withdraw(lane);
  while (lane.queue.size() > lane.in_flight) {
    lane.queued_bytes -= lane.queue.back().bytes.size();
    queued_bytes_ -= lane.queue.back().bytes.size();
    lane.queue.pop_back();
  }
  lane.paused = false;
  lane.state = LaneState::leaving;
}

void Mirror::is_elsewhere(Lane& lane) {
  if (lane.state == LaneState::leaving) drop(lane);
  lane.state = LaneState::elsewhere;
  lane.target_next = -1;  // whoever has it stores its position
  lane.source_end = -1;
  lane.message.clear();
  lane.hint.clear();
  changed_.notify_all();
}

void Mirror::give_up(const std::set<TopicPartition>& sources) {
  Deadline limit(kLeaveLimit);
  std::unique_lock lock(mutex_);
  std::vector<Lane*> left;
  for (const auto& source : sources)
    if (auto lane = lanes_.find(source); lane != lanes_.end()) {
      leave(*lane->second);
      left.push_back(lane->second.get());
    }
  auto under_way = [](const Lane* lane) { return lane->state == LaneState::leaving; };
  while (std::any_of(left.begin(), left.end(), under_way) && !limit.expired())
    changed_.wait_for(lock, limit.sooner(kLookAgain).remaining());
  for (auto* lane : left)
    if (under_way(lane)) is_elsewhere(*lane);
}

/// What was given up and has nothing under way any more is another's once its position is stored.
void Mirror::let_go() {
  std::vector<Lane*> settled;
  {
    std::lock_guard lock(mutex_);
    for (auto& [id, lane] : lanes_)
      if (lane->state == LaneState::leaving && lane->queue.empty()) settled.push_back(lane.get());
  }
  if (settled.empty()) return;
  saved_at_ = {};
  if (auto failure = save_positions(); !failure.empty()) return options_.log(failure);
  std::lock_guard lock(mutex_);
  for (auto* lane : settled)
    if (lane->state == LaneState::leaving) is_elsewhere(*lane);
}

}  // namespace kt::mirror
