#include "mirror/group_sync.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "client/group_participant.h"
#include "protocol/errors.h"

namespace kt::mirror {
namespace {

/// Groups of mirrors themselves.
constexpr std::string_view kOwn = "kt-mirror.";

}  // namespace

GroupSync::GroupSync(Cluster& source, Cluster& target, const Mirror& mirror,
                     GroupSyncOptions options)
    : source_(source), target_(target), mirror_(mirror), options_(std::move(options)) {
  if (!has_groups(source))
    throw Error("the source keeps its groups in ZooKeeper: their positions are not kept in step",
                Exit::usage);
  if (!abilities_of(target).has_sequences)
    throw Error(
        "targets before 0.11 do not tell where their records come from: positions of "
        "groups are not kept in step",
        Exit::usage);
  thread_ = std::thread([this] { run(); });
}

GroupSync::~GroupSync() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void GroupSync::finish() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  thread_.join();
  try {
    round();
  } catch (const Error& error) {
    options_.warn("positions of groups are not in step: " + error.message());
  }
}

void GroupSync::run() {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, options_.interval, [this] { return stopping_; })) {
    lock.unlock();
    try {
      round();
    } catch (const Error& error) {
      options_.warn("positions of groups are not in step: " + error.message());
    }
    lock.lock();
  }
}

std::vector<std::string> GroupSync::names_of_groups() {
  std::vector<std::string> names;
  for (const auto& group : list_groups(source_).groups) {
    auto matches = [&](const Pattern& one) { return one.matches(group.group); };
    const auto& [meant, excluded] = std::tie(options_.groups, options_.excluded);
    bool is_meant = (meant.empty() || std::any_of(meant.begin(), meant.end(), matches)) &&
                    std::none_of(excluded.begin(), excluded.end(), matches);
    // Share groups have no positions, connectors' groups none of topics.
    bool is_reader = group.protocol_type.empty() || group.protocol_type == "consumer";
    if (is_meant && is_reader && group.type != "share" && !group.group.starts_with(kOwn))
      names.push_back(group.group);
  }
  return names;
}

void GroupSync::round() {
  source_.progress();
  target_.progress();
  std::map<TopicPartition, TopicPartition> copied;
  for (const auto& status : mirror_.status())
    if (status.state != LaneState::elsewhere) copied.emplace(status.source, status.target);
  auto names = names_of_groups();
  if (names.empty() || copied.empty()) return;
  auto positions = fetch_group_offsets(source_, describe_groups(source_, names));
  auto there = describe_groups(target_, names);
  auto set = fetch_group_offsets(target_, there);
  for (size_t i = 0; i < names.size(); ++i) sync(positions[i], there[i], set[i], copied);
}

void GroupSync::sync(const GroupOffsets& group, const GroupDescription& there,
                     const GroupOffsets& set,
                     const std::map<TopicPartition, TopicPartition>& copied) {
  std::vector<Wanted> wanted;
  for (const auto& [partition, committed] : group.partitions) {
    auto copy = copied.find(partition);
    if (copy == copied.end() || committed.offset < 0) continue;
    auto done = done_.find({group.group, copy->second});
    if (done != done_.end() && done->second == committed.offset) continue;
    wanted.push_back({partition, copy->second, committed});
  }
  if (wanted.empty()) return;
  std::sort(wanted.begin(), wanted.end(),
            [](const Wanted& a, const Wanted& b) { return a.target < b.target; });
  bool is_there = there.error_code != ErrorCode::group_id_not_found;
  if (!there.members.empty()) {
    if (live_.insert(group.group).second)
      options_.warn(fmt::format("group \"{}\" has members in the target: left alone", group.group));
    return;
  }
  live_.erase(group.group);
  if ((is_there && there.error_code != 0) || set.error_code != 0)
    return options_.log(fmt::format(
        "group \"{}\" of the target is not told: {}", group.group,
        error_text(set.error_code != 0 ? set.error_code : there.error_code, there.message)));
  auto positions = translated(group.group, wanted, set);
  if (positions.empty()) return;
  auto outcomes = commit_to_kafka(target_, there, positions);
  for (size_t i = 0; i < positions.size(); ++i) {
    const auto& position = positions[i];
    Place place{group.group, position.partition};
    auto name = fmt::format("group \"{}\": {}", group.group, name_of(position.partition));
    if (outcomes[i].error_code != 0 || !outcomes[i].message.empty()) {
      done_.erase(place);
      options_.warn(fmt::format("{} is not set: {}", name,
                                error_text(outcomes[i].error_code, outcomes[i].message)));
      continue;
    }
    set_[place] = position.offset;
    options_.log(fmt::format("{} is set to {}", name, position.offset));
  }
}

std::vector<NewPosition> GroupSync::translated(const std::string& group,
                                               const std::vector<Wanted>& wanted,
                                               const GroupOffsets& set) {
  std::vector<TargetPartition> targets;
  for (const auto& one : wanted)
    targets.push_back(
        {one.target, RunIds(options_.mirror, options_.source_cluster_id, one.source), one.source});
  auto positions = find_target_positions(source_, target_, options_.mirror, targets);
  std::vector<NewPosition> result;
  for (size_t i = 0; i < wanted.size(); ++i) {
    const auto& one = wanted[i];
    if (positions[i].error) continue;
    auto found =
        translate(source_, one.source, target_, targets[i], positions[i], one.committed.offset);
    bool is_others = found.is_before_all || !positions[i].source_position;
    if (is_others && options_.maker) found = in_maker_copy(group, one, positions[i]);
    // Records of another tool lie before those of this mirror: the group may not have read them.
    if (found.is_before_all && found.offset > positions[i].earliest) {
      found.offset.reset();
      found.why_not = "it lies before what this mirror copied";
    }
    if (!found.offset) {
      options_.log(fmt::format("group \"{}\": {} at {} has no place in the target: {}", group,
                               name_of(one.source), one.committed.offset, found.why_not));
      continue;
    }
    Place place{group, one.target};
    done_[place] = one.committed.offset;
    const auto* now = set.partitions.find(one.target);
    int64_t current = now == nullptr ? -1 : now->offset;
    auto own = set_.find(place);
    bool is_own = own != set_.end() && own->second == current;
    // In step already: put there by an earlier run, most likely, and to be moved back from here
    // too.
    if (current == *found.offset) set_[place] = current;
    if (current == *found.offset || (current > *found.offset && !is_own)) continue;
    result.push_back({one.target, *found.offset, one.committed.metadata});
  }
  return result;
}

/// Exactly, by the offset syncs; else as MirrorMaker 2 itself has set the group, which may be some
/// records before it.
Translation GroupSync::in_maker_copy(const std::string& group, const Wanted& wanted,
                                     const TargetPosition& at) {
  const auto& [syncs, checkpoints] = *options_.maker;
  Translation found{{}, "MirrorMaker 2 tells nothing of it"};
  if (auto own = syncs.find(wanted.source); own != syncs.end())
    found = translate_by_syncs(source_, wanted.source, target_, wanted.target, own->second, at,
                               wanted.committed.offset);
  auto checkpoint = checkpoints.find({group, wanted.target});
  bool is_same = checkpoint != checkpoints.end() &&
                 checkpoint->second.source_offset == wanted.committed.offset &&
                 checkpoint->second.target_offset <= at.latest;
  if (!found.offset && is_same) found.offset = checkpoint->second.target_offset;
  return found;
}

}  // namespace kt::mirror
