// Retention and compaction of the embedded cluster's logs: now and then as Kafka does, and on
// demand.
#include <string>

#include "sandbox/cluster.h"
#include "storage/compaction.h"

namespace kt::sandbox {
namespace {

constexpr size_t kBytesPerStep = 1 << 20;  // so that clients are served in between

bool has_policy(const Cluster& cluster, const Topic& topic, const char* policy) {
  return cluster.setting(topic, "cleanup.policy").find(policy) != std::string::npos;
}

}  // namespace

void Cluster::clean_now_and_then() {
  loop_.after(number_setting("log.retention.check.interval.ms"),
              [this] { clean_logs(false, [this] { clean_now_and_then(); }); });
}

void Cluster::settings_changed() {
  save_soon();
  for (const auto& [name, topic] : topics_)
    for (auto& partition : topic->partitions)
      partition->log().configure(number_setting(*topic, "segment.bytes"),
                                 number_setting(*topic, "segment.ms"));
}

void Cluster::clean_logs(bool roll, std::function<void()> done) {
  int64_t now_ms = this->now_ms();
  auto to_compact = std::make_shared<std::vector<TopicPartition>>();
  for (const auto& [name, topic] : topics_) {
    for (auto& partition : topic->partitions) {
      PartitionLog& log = partition->log();
      if (has_policy(*this, *topic, "delete") &&
          log.apply_retention(number_setting(*topic, "retention.bytes"),
                              number_setting(*topic, "retention.ms"), now_ms))
        partition->notify();
      if (has_policy(*this, *topic, "compact") && log.size_bytes() > 0)
        to_compact->emplace_back(name, partition->index());
    }
  }
  compact_next(to_compact, roll, std::move(done));
}

void Cluster::compact_next(std::shared_ptr<std::vector<TopicPartition>> left, bool roll,
                           std::function<void()> done) {
  if (left->empty()) return done();
  auto [topic, index] = left->back();
  left->pop_back();
  auto next = [this, left, roll, done = std::move(done)] { compact_next(left, roll, done); };
  Partition* partition = this->partition(topic, index);
  if (!partition) return next();
  if (roll) partition->log().roll();
  int64_t now_ms = this->now_ms();
  auto compaction = std::make_shared<Compaction>(
      partition->log(),
      CompactionOptions{now_ms, number_setting(partition->topic(), "delete.retention.ms")});
  auto step = std::make_shared<std::function<void()>>();
  // The log may go away between two steps, with its topic.
  *step = [this, topic = topic, index = index, partition, compaction, next,
           weak = std::weak_ptr(step)] {
    bool gone = this->partition(topic, index) != partition;
    if (gone || compaction->step(kBytesPerStep)) return next();
    loop_.after(0, [again = weak.lock()] { (*again)(); });
  };
  (*step)();
}

}  // namespace kt::sandbox
