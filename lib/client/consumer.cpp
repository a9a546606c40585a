#include "client/consumer.h"

#include <fmt/format.h>

#include <algorithm>

#include "client/fetcher.h"

namespace kt {
namespace {

/// How long a partition with no leader waits between looks at the metadata, at most.
constexpr Milliseconds kLookAgain{500};

}  // namespace

Consumer::Consumer(Cluster& cluster, ConsumerOptions options)
    : cluster_(cluster),
      options_(std::move(options)),
      queue_(options_.queue_bytes),
      pool_(std::make_shared<BufferPool>(options_.queue_bytes / 2)) {
  director_ = std::thread([this] { direct(); });
}

Consumer::~Consumer() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  queue_.end();
  director_.join();
  for (auto& [id, fetcher] : fetchers_) fetcher->stop();
  fetchers_.clear();
}

int64_t Consumer::assign(const TopicPartition& id, int64_t offset, int64_t end_offset) {
  std::lock_guard lock(mutex_);
  auto& partition = partitions_[id];
  partition.id = id;
  partition.position = offset;
  partition.end_offset = end_offset;
  partition.generation = ++last_generation_;
  partition.last_epoch = -1;
  partition.max_bytes = options_.partition_max_bytes;
  partition.paused = false;
  partition.failed = false;
  partition.without_leader_since = Clock::system().now();
  changed_.notify_all();
  if (partition.is_fetched()) wake_next();
  return partition.generation;
}

void Consumer::unassign(const TopicPartition& id) {
  std::lock_guard lock(mutex_);
  partitions_.erase(id);
  wake_next();
}

void Consumer::pause(const TopicPartition& id, bool paused) {
  std::lock_guard lock(mutex_);
  auto found = partitions_.find(id);
  if (found == partitions_.end()) return;
  found->second.paused = paused;
  changed_.notify_all();
}

std::optional<FetchedChunk> Consumer::next(Deadline deadline) {
  while (!finished()) {
    auto chunk = queue_.pop(deadline);
    if (!chunk) return std::nullopt;
    if (chunk->generation == 0) continue;
    std::lock_guard lock(mutex_);
    --undelivered_chunks_;
    if (current(chunk->partition, chunk->generation) != nullptr) return chunk;
  }
  return std::nullopt;
}

bool Consumer::finished() const {
  std::lock_guard lock(mutex_);
  return undelivered_chunks_ == 0 && !partitions_.empty() &&
         std::all_of(partitions_.begin(), partitions_.end(),
                     [](const auto& entry) { return entry.second.is_fetched(); });
}

FetchPartition* Consumer::current(const TopicPartition& id, int64_t generation) {
  auto found = partitions_.find(id);
  if (found == partitions_.end() || found->second.generation != generation) return nullptr;
  return &found->second;
}

void Consumer::fail_partition(FetchPartition& partition, FetchFailure failure) {
  if (!options_.partitions_fail_alone) {
    bool has_range = failure.kind == FetchFailure::Kind::out_of_range ||
                     failure.kind == FetchFailure::Kind::truncated;
    bool is_unavailable = failure.kind == FetchFailure::Kind::unavailable;
    throw Error(failure.message, is_unavailable ? Exit::unreachable : Exit::failed,
                has_range ? "start at another position" : "");
  }
  partition.failed = true;
  FetchedChunk chunk;
  chunk.partition = partition.id;
  chunk.from_offset = chunk.next_offset = partition.position;
  chunk.generation = partition.generation;
  chunk.failure = std::move(failure);
  ++undelivered_chunks_;
  queue_.push_now(std::move(chunk), 0);
}

void Consumer::wake_next() { queue_.push_now({}, 0); }

void Consumer::fetch_from(FetchPartition& partition, int32_t broker) {
  if (stopping_) return;
  partition.broker = broker;
  auto& fetcher = fetchers_[broker];
  if (!fetcher) fetcher = std::make_unique<Fetcher>(*this, broker);
  changed_.notify_all();
}

Consumer::Search Consumer::find_leaders() {
  std::vector<std::string> topics;
  Search search;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [id, partition] : partitions_) {
      if (partition.broker >= 0 || partition.is_fetched()) continue;
      if (topics.empty() || topics.back() != id.topic) topics.push_back(id.topic);
      search.asked = search.asked || partition.was_led;
    }
  }
  if (topics.empty()) return search;
  // A reader that was idle or held back has lost no time.
  cluster_.progress();
  auto metadata = search.asked ? cluster_.refresh(topics) : cluster_.metadata_for(topics);
  std::lock_guard lock(mutex_);
  auto now = Clock::system().now();
  for (auto& [id, partition] : partitions_) {
    if (partition.broker >= 0 || partition.is_fetched()) continue;
    auto* topic = metadata->topic(id.topic);
    auto* known = metadata->partition(id.topic, id.partition);
    if (known != nullptr && known->leader >= 0) {
      bool other_topic = !partition.topic_id.is_zero() && topic->id != partition.topic_id;
      if (other_topic && options_.partitions_fail_alone) {
        fail_partition(partition, {FetchFailure::Kind::recreated,
                                   name_of(id) + " was deleted and created anew"});
        continue;
      }
      fetch_from(partition, options_.replica >= 0 ? options_.replica : known->leader);
      partition.leader_epoch = known->leader_epoch;
      partition.topic_id = topic->id;
      partition.was_led = true;
      continue;
    }
    search.all_found = false;
    partition.was_led = true;
    if (now - partition.without_leader_since > cluster_.options().timeout)
      fail_partition(partition,
                     {FetchFailure::Kind::unavailable,
                      fmt::format("{} cannot be read: {}", name_of(id),
                                  known == nullptr ? "it does not exist" : "it has no leader")});
  }
  changed_.notify_all();
  return search;
}

void Consumer::direct() try {
  while (true) {
    auto search = find_leaders();
    std::unique_lock lock(mutex_);
    // A leader that says it is none must not be asked over and over while its election lasts.
    auto pause = search.all_found ? cluster_.options().backoff : kLookAgain;
    if (search.asked) changed_.wait_for(lock, pause, [this] { return stopping_; });
    changed_.wait(lock, [this] {
      return stopping_ ||
             std::any_of(partitions_.begin(), partitions_.end(), [](const auto& entry) {
               return entry.second.broker < 0 && !entry.second.is_fetched();
             });
    });
    if (stopping_) return;
  }
} catch (...) {
  queue_.end(std::current_exception());
}

}  // namespace kt
