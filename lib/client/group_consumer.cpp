#include "client/group_consumer.h"

#include <fmt/format.h>

#include <algorithm>

#include "client/membership.h"
#include "net/error.h"
#include "protocol/errors.h"
#include "protocol/msg/consumer_group_heartbeat.h"
#include "protocol/msg/join_group.h"

namespace kt {
namespace {

/// An assignment that stays empty for so many heartbeats is meant so.
constexpr int kQuietTicks = 2;

std::string listed(const std::set<TopicPartition>& partitions) {
  std::string text;
  for (const auto& partition : partitions)
    text += fmt::format("{}{}-{}", text.empty() ? "" : ", ", partition.topic, partition.partition);
  return text;
}

}  // namespace

std::optional<std::string> Membership::instance_id() const {
  if (options().instance_id.empty()) return std::nullopt;
  return options().instance_id;
}

void Membership::refuse(const std::string& what, int16_t error_code,
                        const std::string& message) const {
  throw Error(
      fmt::format("group \"{}\": {}: {}", options().group, what, error_text(error_code, message)));
}

GroupConsumer::GroupConsumer(Cluster& cluster, GroupOptions options,
                             ConsumerOptions consumer_options)
    : cluster_(cluster),
      options_(std::move(options)),
      read_committed_(consumer_options.read_committed),
      consumer_(cluster, std::move(consumer_options)),
      link_(cluster, options_.group) {
  thread_ = std::thread([this] { run(); });
}

GroupConsumer::~GroupConsumer() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  link_.interrupt();
  if (thread_.joinable()) thread_.join();
}

std::optional<FetchedChunk> GroupConsumer::next(Deadline deadline) {
  if (finished()) return std::nullopt;
  return consumer_.next(deadline);
}

void GroupConsumer::done(const FetchedChunk& chunk, int64_t next_offset) {
  std::lock_guard lock(mutex_);
  auto held = holdings_.find(chunk.partition);
  if (held == holdings_.end() || held->second.generation != chunk.generation) return;
  held->second.done_offset = next_offset;
}

bool GroupConsumer::finished() const {
  if (!options_.stop_at_end) return false;
  std::lock_guard lock(mutex_);
  // An empty assignment may only be the first word of a group that is still dealing out.
  return holdings_.empty() ? quiet_ticks_ > kQuietTicks : consumer_.finished();
}

void GroupConsumer::close() {
  {
    std::lock_guard lock(mutex_);
    commit_at_end_ = true;
    stopping_ = true;
    changed_.notify_all();
  }
  link_.refuse_long_waits();
  if (thread_.joinable()) thread_.join();
  bool done_in_vain = std::any_of(holdings_.begin(), holdings_.end(), [](const auto& entry) {
    return entry.second.done_offset > entry.second.committed_offset;
  });
  if (!failure_.empty() && done_in_vain)
    throw Error(fmt::format("the last offsets of group \"{}\" are not committed: {}",
                            options_.group, failure_));
}

bool GroupConsumer::is_stopping() const {
  std::lock_guard lock(mutex_);
  return stopping_;
}

void GroupConsumer::wait(Milliseconds at_most) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, at_most, [this] { return stopping_; });
}

void GroupConsumer::note(const std::string& sentence) const {
  if (options_.log) options_.log(fmt::format("group {}: {}", options_.group, sentence));
}

void GroupConsumer::choose_protocol() {
  cluster_.progress();
  if (cluster_.apis_of_any().probed_release().rfind("0.8", 0) == 0)
    throw Error("this cluster keeps consumer groups in ZooKeeper", Exit::failed,
                "groups on brokers take Kafka 0.9 or later");
  bool takes_new = options_.protocol == GroupOptions::Protocol::consumer;
  if (options_.protocol == GroupOptions::Protocol::automatic)
    takes_new = link_.apis().best(msg::ConsumerGroupHeartbeatRequest::api()).has_value();
  member_ = takes_new ? make_consumer_member(*this) : make_classic_member(*this);
}

void GroupConsumer::take_part() {
  Deadline next_commit(options_.commit_interval), next_tick(Milliseconds(0));
  Deadline give_up = Deadline::never();
  int failures = 0;
  while (!is_stopping()) try {
      if (!member_) choose_protocol();
      if (next_tick.expired()) {
        next_tick = Deadline(member_->tick());
        std::lock_guard lock(mutex_);
        quiet_ticks_ += member_->epoch() > 0;  // who waits to be let in has been told nothing yet
      }
      if (next_commit.expired()) {
        commit();
        next_commit = Deadline(options_.commit_interval);
      }
      failures = 0;
      wait(std::min(next_tick.remaining(), next_commit.remaining()));
    } catch (const ProtocolNotOffered&) {
      if (options_.protocol == GroupOptions::Protocol::consumer) throw;
      note("the new protocol is not offered here, the classic one is used");
      member_ = make_classic_member(*this);
    } catch (const net::NetError& error) {
      note(error.message());
      if (failures == 0) give_up = Deadline(cluster_.options().timeout);
      if (give_up.expired()) throw;
      wait(cluster_.backoff(++failures));
    }
}

void GroupConsumer::run() try {
  take_part();
  if (!member_) return;
  if (wants_last_commit()) commit();
  member_->leave();
} catch (const Error& error) {
  {
    std::lock_guard lock(mutex_);
    failure_ = error.message();
  }
  consumer_.fail(std::current_exception());
} catch (...) {
  consumer_.fail(std::current_exception());
}

bool GroupConsumer::wants_last_commit() const {
  std::lock_guard lock(mutex_);
  return commit_at_end_;
}

std::set<TopicPartition> GroupConsumer::held() const {
  std::lock_guard lock(mutex_);
  std::set<TopicPartition> result;
  for (const auto& [partition, holding] : holdings_) result.insert(partition);
  return result;
}

void GroupConsumer::drop(const std::set<TopicPartition>& partitions) {
  if (partitions.empty()) return;
  note("gives up " + listed(partitions));
  std::lock_guard lock(mutex_);
  for (const auto& partition : partitions) {
    holdings_.erase(partition);
    consumer_.unassign(partition);
  }
}

void GroupConsumer::take_assignment(const std::set<TopicPartition>& assigned, bool fresh) {
  auto before = held();
  std::set<TopicPartition> lost, gained;
  for (const auto& partition : before)
    if (fresh || !assigned.contains(partition)) lost.insert(partition);
  for (const auto& partition : assigned)
    if (fresh || !before.contains(partition)) gained.insert(partition);
  drop(lost);
  add(gained);
  std::lock_guard lock(mutex_);
  quiet_ticks_ = 0;
}

void GroupConsumer::add(const std::set<TopicPartition>& partitions) {
  if (partitions.empty()) return;
  note("takes " + listed(partitions));
  auto starts = positions(partitions);
  std::map<TopicPartition, int64_t> ends;
  if (options_.stop_at_end) {
    std::vector<OffsetQuery> queries;
    for (const auto& partition : partitions) queries.push_back({partition, kLatest});
    for (const auto& answer : list_offsets(cluster_, queries, read_committed_))
      if (answer.error_code == 0) ends[answer.partition] = answer.offset;
  }
  std::lock_guard lock(mutex_);
  for (const auto& partition : partitions) {
    auto end = ends.find(partition);
    auto& holding = holdings_[partition];
    holding = {};
    holding.generation = consumer_.assign(partition, starts.at(partition),
                                          end == ends.end() ? INT64_MAX : end->second);
  }
}

std::map<TopicPartition, int64_t> GroupConsumer::positions(
    const std::set<TopicPartition>& partitions) {
  cluster_.progress();
  auto result = committed(partitions);
  std::vector<OffsetQuery> queries;
  for (const auto& partition : partitions)
    if (!result.contains(partition)) queries.push_back({partition, options_.start_time_ms});
  std::vector<OffsetQuery> beyond;
  for (const auto& answer : list_offsets(cluster_, queries, read_committed_)) {
    if (answer.error_code != 0)
      throw Error(fmt::format("where {}-{} starts cannot be found: {}", answer.partition.topic,
                              answer.partition.partition, error_text(answer.error_code)));
    if (answer.offset < 0)
      beyond.push_back({answer.partition, kLatest});
    else
      result[answer.partition] = answer.offset;
  }
  // No record is as young as the time asked for: only what is still to come.
  for (const auto& answer : list_offsets(cluster_, beyond, read_committed_))
    result[answer.partition] = std::max<int64_t>(answer.offset, 0);
  return result;
}

}  // namespace kt
