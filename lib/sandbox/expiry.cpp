// What the embedded cluster forgets in time: offsets of groups that nobody uses (KIP-211),
// producers that have been silent, transactional ids without a transaction.
#include <optional>
#include <vector>

#include "sandbox/cluster.h"
#include "sandbox/groups.h"
#include "sandbox/transactions.h"

namespace kt::sandbox {
namespace {

constexpr int64_t kProducerCheckMs = 600'000;           // Kafka's own, which few change
constexpr int64_t kTransactionalIdCheckMs = 3'600'000;  // likewise
constexpr int64_t kMinuteMs = 60'000;

/// From when an offset of this group counts as unused; nothing where it must stay.
std::optional<int64_t> unused_since(const Group& group, const TopicPartition& partition,
                                    const CommittedOffset& offset,
                                    const std::set<std::string>& subscribed) {
  if (group.has_pending(partition)) return std::nullopt;
  if (group.consumer)
    return subscribed.contains(partition.first) ? std::nullopt
                                                : std::optional(offset.commit_timestamp_ms);
  if (group.is_empty()) return group.classic->emptied_ms().value_or(offset.commit_timestamp_ms);
  bool settled =
      group.classic->state() == ClassicGroup::State::stable && group.protocol_type() == "consumer";
  if (!settled || subscribed.contains(partition.first)) return std::nullopt;
  return offset.commit_timestamp_ms;
}

}  // namespace

void Groups::expire_offsets(int64_t now_ms, int64_t retention_ms) {
  std::vector<std::string> left_empty;
  for (auto& [id, group] : groups_) {
    auto subscribed = group.subscribed_topics();
    std::vector<TopicPartition> expired;
    for (const auto& [partition, offset] : group.offsets) {
      auto since = unused_since(group, partition, offset, subscribed);
      if (since && now_ms >= offset.expires_ms.value_or(*since + retention_ms))
        expired.push_back(partition);
    }
    for (const auto& partition : expired) forget_offset(group, partition);
    if (group.is_empty() && group.offsets.empty() && group.pending.empty())
      left_empty.push_back(id);
  }
  for (const auto& id : left_empty) remove(id);
}

void Cluster::expire_offsets_now_and_then() {
  loop_.after(number_setting("offsets.retention.check.interval.ms"), [this] {
    groups_->expire_offsets(now_ms(), number_setting("offsets.retention.minutes") * kMinuteMs);
    expire_offsets_now_and_then();
  });
}

void Cluster::expire_producers_now_and_then() {
  loop_.after(kProducerCheckMs, [this] {
    int64_t silent_since_ms = now_ms() - number_setting("producer.id.expiration.ms");
    for (const auto& [name, topic] : topics_)
      for (auto& partition : topic->partitions)
        partition->producers().expire(partition->log().start_offset(), silent_since_ms);
    expire_producers_now_and_then();
  });
}

void Transactions::expire(int64_t idle_since_ms) {
  std::erase_if(transactions_, [&](const auto& entry) {
    const Transaction& transaction = entry.second;
    return transaction.state != Transaction::State::ongoing &&
           transaction.updated_ms <= idle_since_ms;
  });
}

void Cluster::expire_transactional_ids_now_and_then() {
  loop_.after(kTransactionalIdCheckMs, [this] {
    transactions_->expire(now_ms() - number_setting("transactional.id.expiration.ms"));
    expire_transactional_ids_now_and_then();
  });
}

}  // namespace kt::sandbox
