#include "reassign/job.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/contains.h"
#include "base/text.h"
#include "chosen.h"
#include "client/admin_topics.h"
#include "client/throttles.h"

namespace kt {

namespace {

std::vector<int32_t> without(const std::vector<int32_t>& list, const std::vector<int32_t>& gone) {
  std::vector<int32_t> left;
  for (int32_t id : list)
    if (!contains(gone, id)) left.push_back(id);
  return left;
}

constexpr std::string_view kAnyDirectory = "any";

}  // namespace

PartitionFile read_plan(const std::string& path) {
  auto plan = read_partition_file(path);
  auto fail = [&](const std::string& what) {
    throw Error(in_quotes(path == "-" ? "stdin" : path) + ": " + what, Exit::usage,
                "kt reassign plan makes such files");
  };
  if (plan.entries.empty()) fail("no partition is in it");
  for (const auto& entry : plan.entries) {
    auto name = fmt::format("{} partition {}", in_quotes(entry.at.topic), entry.at.partition);
    if (entry.replicas.empty()) fail(name + " has no replicas");
    std::set<int32_t> distinct(entry.replicas.begin(), entry.replicas.end());
    if (distinct.size() != entry.replicas.size()) fail(name + " names a broker twice");
    for (const auto& directory : entry.log_dirs)
      if (directory != kAnyDirectory && !directory.starts_with('/'))
        fail(name + ": " + in_quotes(directory) + " is neither \"any\" nor an absolute path");
  }
  return plan;
}

std::string rollback_path(const std::string& plan_path, const std::string& named) {
  if (!named.empty()) return named;
  if (plan_path == "-")
    throw Error("the plan comes from stdin: where is the rollback file to be?", Exit::usage,
                "--rollback FILE names it");
  std::filesystem::path path(plan_path);
  return path.replace_extension(".rollback.json").string();
}

std::string_view word_of(MoveState state) {
  switch (state) {
    case MoveState::waiting:
      return "waiting";
    case MoveState::moving:
      return "moving";
    case MoveState::elsewhere:
      return "moving elsewhere";
    case MoveState::done:
      return "done";
    case MoveState::absent:
      break;
  }
  return "absent";
}

size_t PlanStatus::count(MoveState state) const {
  return static_cast<size_t>(std::count_if(moves.begin(), moves.end(),
                                           [&](const auto& move) { return move.state == state; }));
}

int64_t PlanStatus::bytes_copied() const {
  int64_t bytes = 0;
  for (const auto& move : moves) bytes += move.bytes_copied;
  return bytes;
}

PlanWatch::PlanWatch(Cluster& cluster, Mover& mover, const PartitionFile& plan)
    : cluster_(cluster), mover_(mover), plan_(plan), knows_bytes_(tells_replica_files(cluster)) {
  std::set<std::string> topics;
  for (const auto& entry : plan.entries) {
    topics.insert(entry.at.topic);
    for (const auto& directory : entry.log_dirs) has_directories_ |= directory != kAnyDirectory;
  }
  topics_.assign(topics.begin(), topics.end());
}

PlanStatus PlanWatch::look() {
  PlanStatus status;
  std::map<TopicPartition, OngoingReassignment> ongoing;
  for (auto& one : mover_.ongoing()) ongoing[one.at] = std::move(one);
  auto replicas = mover_.replicas(topics_);
  for (const auto& entry : plan_.entries) {
    auto& move = status.moves.emplace_back();
    move.entry = &entry;
    auto found = replicas.find(entry.at);
    if (found == replicas.end()) {
      move.state = MoveState::absent;
      continue;
    }
    move.now = found->second;
    auto going = ongoing.find(entry.at);
    if (going == ongoing.end()) {
      move.state = move.now == entry.replicas ? MoveState::done : MoveState::waiting;
      continue;
    }
    move.now = without(going->second.replicas, going->second.adding);
    auto target = without(going->second.replicas, going->second.removing);
    move.state = target == entry.replicas ? MoveState::moving : MoveState::elsewhere;
    if (move.state == MoveState::elsewhere) move.target_of_others = target;
    ongoing.erase(going);
  }
  for (auto& [at, one] : ongoing) status.others.push_back(std::move(one));
  if (knows_bytes_) look_at_bytes(status);
  return status;
}

bool PlanWatch::is_in_place(const PartitionFile::Entry& entry, const ReplicaFilesMap& files) const {
  for (size_t i = 0; i < entry.log_dirs.size(); ++i) {
    if (entry.log_dirs[i] == kAnyDirectory) continue;
    auto found = files.find({entry.replicas[i], entry.at});
    if (found == files.end() || found->second.directory != entry.log_dirs[i]) return false;
  }
  return true;
}

void PlanWatch::look_at_bytes(PlanStatus& status) {
  std::vector<TopicPartition> wanted;
  for (const auto& move : status.moves) {
    bool copies = move.state == MoveState::moving || move.state == MoveState::waiting;
    if (copies || (has_directories_ && move.state == MoveState::done))
      wanted.push_back(move.entry->at);
  }
  if (wanted.empty()) return;
  std::sort(wanted.begin(), wanted.end());
  auto files = replica_files(cluster_, wanted);
  auto bytes_on = [&](const TopicPartition& at, int32_t broker) {
    auto found = files.find({broker, at});
    return found == files.end() ? int64_t{0} : found->second.bytes;
  };
  for (auto& move : status.moves) {
    const auto& at = move.entry->at;
    int64_t size = 0;
    for (int32_t broker : move.now) size = std::max(size, bytes_on(at, broker));
    for (int32_t broker : move.entry->replicas) {
      if (contains(move.now, broker) || move.state == MoveState::done) continue;
      move.bytes += size;
      if (move.state == MoveState::moving)
        move.bytes_copied += std::min(size, bytes_on(at, broker));
    }
    if (move.state == MoveState::done && !is_in_place(*move.entry, files))
      move.state = MoveState::moving;
  }
}

std::vector<DirectoryMove> directory_moves(const PartitionFile& plan) {
  std::vector<DirectoryMove> moves;
  for (const auto& entry : plan.entries)
    for (size_t i = 0; i < entry.log_dirs.size(); ++i)
      if (entry.log_dirs[i] != kAnyDirectory)
        moves.push_back({entry.replicas[i], entry.at, entry.log_dirs[i]});
  return moves;
}

void clear_plan_throttle(Context& context, Cluster& cluster, Mover& mover,
                         const PartitionFile& rollback) {
  auto settings = mover.throttles();
  if (rollback.throttle.empty() || !settings) return;
  auto cleared = clear_throttle(cluster, *settings, rollback.throttle);
  for (const auto& outcome : cleared.failed) report_error(context, "resource", outcome);
  for (const auto& sentence : cleared.kept) context.warn(sentence);
  if (!await_configs(cluster, cleared.changed))
    throw Error("the throttle of this plan is cleared, but not all brokers show it in time",
                Exit::unreachable, "kt reassign verify names what is left of it");
  if (!cleared.changed.empty() && cleared.failed.empty() && cleared.kept.empty())
    context.note("the throttle of this plan is cleared");
}

void warn_of_stale_throttles(Context& context, Cluster& cluster, Mover& mover,
                             const std::vector<OngoingReassignment>& ongoing) {
  auto settings = mover.throttles();
  if (!settings) return;
  for (const auto& stale : stale_throttles(cluster, *settings, ongoing))
    context.warn(
        fmt::format("a throttle that nothing needs is left on {}: {}={} (kt config unset {} {})",
                    stale.resource, stale.setting, stale.value, stale.resource, stale.setting));
}

Row row_of(const MoveStatus& status, std::string_view state, bool knows_bytes) {
  Value bytes, copied;
  if (knows_bytes) {
    bytes = status.bytes;
    copied = status.bytes_copied;
  }
  return {status.entry->at.topic, status.entry->at.partition,    state,
          Value(status.now),      Value(status.entry->replicas), std::move(bytes),
          std::move(copied)};
}

}  // namespace kt
