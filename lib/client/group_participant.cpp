#include "client/group_participant.h"

#include <fmt/format.h>

#include <utility>

#include "client/membership.h"
#include "net/error.h"
#include "protocol/errors.h"
#include "protocol/msg/consumer_group_heartbeat.h"

namespace kt {
namespace {

std::string listed(const std::set<TopicPartition>& partitions) {
  std::string text;
  for (const auto& partition : partitions) text += (text.empty() ? "" : ", ") + name_of(partition);
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

bool has_groups(Cluster& cluster) {
  return cluster.apis_of_any().probed_release().rfind("0.8", 0) != 0;
}

GroupParticipant::GroupParticipant(Cluster& cluster, GroupOptions options)
    : cluster_(cluster),
      options_(std::move(options)),
      link_(cluster, options_.group),
      topics_(options_.topics) {}

GroupParticipant::~GroupParticipant() = default;

void GroupParticipant::begin() {
  thread_ = std::thread([this] { run(); });
}

void GroupParticipant::end(bool commits) {
  {
    std::lock_guard lock(mutex_);
    commit_at_end_ = commits;
    stopping_ = true;
    changed_.notify_all();
  }
  link_.refuse_long_waits();
  if (thread_.joinable()) thread_.join();
}

void GroupParticipant::abandon() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  link_.interrupt();
  if (thread_.joinable()) thread_.join();
}

void GroupParticipant::subscribe(std::vector<std::string> topics) {
  std::lock_guard lock(mutex_);
  topics_ = std::move(topics);
}

std::vector<std::string> GroupParticipant::topics() const {
  std::lock_guard lock(mutex_);
  return topics_;
}

bool GroupParticipant::is_stopping() const {
  std::lock_guard lock(mutex_);
  return stopping_;
}

void GroupParticipant::wait(Milliseconds at_most) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, at_most, [this] { return stopping_; });
}

void GroupParticipant::note(const std::string& sentence) const {
  if (options_.log) options_.log(fmt::format("group {}: {}", options_.group, sentence));
}

void GroupParticipant::choose_protocol() {
  cluster_.progress();
  if (!has_groups(cluster_))
    throw Error("this cluster keeps consumer groups in ZooKeeper", Exit::failed,
                "groups on brokers take Kafka 0.9 or later");
  bool takes_new = options_.protocol == GroupOptions::Protocol::consumer;
  if (options_.protocol == GroupOptions::Protocol::automatic)
    takes_new = link_.apis().best(msg::ConsumerGroupHeartbeatRequest::api()).has_value();
  member_ = takes_new ? make_consumer_member(*this) : make_classic_member(*this);
}

void GroupParticipant::take_part() {
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

void GroupParticipant::run() try {
  take_part();
  if (!member_) return;
  if (wants_last_commit()) commit();
  member_->leave();
} catch (const Error& error) {
  {
    std::lock_guard lock(mutex_);
    failure_ = error.message();
  }
  failed(std::current_exception());
} catch (...) {
  failed(std::current_exception());
}

bool GroupParticipant::wants_last_commit() const {
  std::lock_guard lock(mutex_);
  return commit_at_end_;
}

void GroupParticipant::take_assignment(const std::set<TopicPartition>& assigned, bool fresh) {
  auto before = held();
  std::set<TopicPartition> lost, gained;
  for (const auto& partition : before)
    if (fresh || !assigned.contains(partition)) lost.insert(partition);
  for (const auto& partition : assigned)
    if (fresh || !before.contains(partition)) gained.insert(partition);
  give_up(lost);
  if (!gained.empty()) {
    note("takes " + listed(gained));
    add(gained);
  }
  std::lock_guard lock(mutex_);
  quiet_ticks_ = 0;
}

void GroupParticipant::give_up(const std::set<TopicPartition>& partitions) {
  if (partitions.empty()) return;
  note("gives up " + listed(partitions));
  drop(partitions);
}

}  // namespace kt
