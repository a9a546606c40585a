#include "mirror/share.h"

#include <fmt/format.h>

#include <utility>

namespace kt::mirror {
namespace {

/// Hand-overs wait for one.
constexpr Milliseconds kHeartbeat{1'000};

GroupOptions group_options(const ShareOptions& options) {
  GroupOptions group;
  group.group =
      fmt::format("kt-mirror.{}.{}", options.mirror,
                  options.source_cluster_id.empty() ? "members" : options.source_cluster_id);
  // The coordinators of all releases have it, with a session as short as its members say; what is
  // given up is free before another gets it.
  group.protocol = GroupOptions::Protocol::classic;
  group.assignors = {Assignor::cooperative_sticky};
  group.session_timeout = options.session_timeout;
  group.heartbeat_interval = kHeartbeat;
  group.metadata_interval = options.refresh;
  group.log = options.log;
  return group;
}

bool belongs_to_source(Cluster& source, Cluster& target) {
  if (has_groups(target)) return false;
  if (!has_groups(source))
    throw Error("neither cluster has groups, which came with Kafka 0.9", Exit::usage,
                "--shard I/N shares the partitions out by number");
  return true;
}

}  // namespace

Share::Share(Cluster& source, Cluster& target, Mirror& mirror, ShareOptions options)
    : Share(belongs_to_source(source, target) ? source : target, !has_groups(target), mirror,
            options) {}

Share::Share(Cluster& cluster, bool is_source, Mirror& mirror, const ShareOptions& options)
    : GroupParticipant(cluster, group_options(options)), mirror_(mirror), is_source_(is_source) {}

void Share::offer(const TopicPartition& source, const TopicPartition& target) {
  std::lock_guard lock(mutex_);
  offered_.insert_or_assign(is_source_ ? source : target, Pair{source, target});
}

void Share::withdraw(const TopicPartition& source) {
  std::lock_guard lock(mutex_);
  std::erase_if(offered_, [&](const auto& entry) { return entry.second.source == source; });
}

void Share::join() {
  std::vector<std::string> topics;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [partition, pair] : offered_)
      if (topics.empty() || topics.back() != partition.topic) topics.push_back(partition.topic);
  }
  if (topics.empty()) return;
  subscribe(std::move(topics));
  if (!std::exchange(has_joined_, true)) begin();
}

void Share::take_up() {
  std::lock_guard lock(mutex_);
  if (error_) std::rethrow_exception(error_);
  for (const auto& partition : assigned_) {
    auto pair = offered_.find(partition);
    // The group may know of partitions that this run has not seen yet.
    if (pair != offered_.end() && !mirror_.has(pair->second.source))
      mirror_.add(pair->second.source, pair->second.target);
  }
}

std::set<TopicPartition> Share::held() const {
  std::lock_guard lock(mutex_);
  return assigned_;
}

void Share::add(const std::set<TopicPartition>& partitions) {
  std::lock_guard lock(mutex_);
  assigned_.insert(partitions.begin(), partitions.end());
}

void Share::drop(const std::set<TopicPartition>& partitions) {
  std::set<TopicPartition> sources;
  {
    std::lock_guard lock(mutex_);
    for (const auto& partition : partitions) {
      assigned_.erase(partition);
      if (auto pair = offered_.find(partition); pair != offered_.end())
        sources.insert(pair->second.source);
    }
  }
  mirror_.give_up(sources);
}

void Share::failed(std::exception_ptr error) {
  std::lock_guard lock(mutex_);
  error_ = std::move(error);
}

}  // namespace kt::mirror
