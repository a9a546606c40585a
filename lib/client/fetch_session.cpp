#include "client/fetch_session.h"

#include <algorithm>
#include <set>

#include "protocol/errors.h"

namespace kt {
namespace {

constexpr int16_t kSessions = 7, kTopicIds = 13, kLastEpoch = 12;
constexpr int32_t kLastSessionEpoch = INT32_MAX;

template <class Topic>
Topic& topic_entry(std::vector<Topic>& topics, const TopicPartition& id, const Uuid& topic_id,
                   bool by_id) {
  bool same = !topics.empty() &&
              (by_id ? topics.back().topic_id == topic_id : topics.back().topic == id.topic);
  if (same) return topics.back();
  auto& topic = topics.emplace_back();
  if (by_id)
    topic.topic_id = topic_id;
  else
    topic.topic = id.topic;
  return topic;
}

}  // namespace

msg::FetchRequest FetchSession::make(const std::vector<FetchPartition>& wanted, int16_t version,
                                     const ConsumerOptions& options, const std::string& rack,
                                     int32_t replica_id) {
  msg::FetchRequest request;
  request.replica_id = replica_id;
  request.max_wait_ms = static_cast<int32_t>(options.max_wait.count());
  request.min_bytes = options.min_bytes;
  request.max_bytes = options.max_bytes;
  request.isolation_level = options.read_committed ? 1 : 0;
  request.rack_id = rack;
  if (version >= kSessions) {
    request.session_id = id_;
    request.session_epoch = epoch_;
  }
  bool by_id = version >= kTopicIds;
  std::map<TopicPartition, Asked> asked;
  // Without a session the broker fills the answer in the order asked: each goes first in turn.
  size_t first = id_ == 0 && !wanted.empty() ? rotation_++ % wanted.size() : 0;
  for (size_t i = 0; i < wanted.size(); ++i) {
    const auto& partition = wanted[(first + i) % wanted.size()];
    Asked now{partition.position, partition.leader_epoch, partition.max_bytes, partition.topic_id};
    asked[partition.id] = now;
    auto before = asked_.find(partition.id);
    if (id_ != 0 && before != asked_.end() && before->second == now) continue;
    auto& entry = topic_entry(request.topics, partition.id, partition.topic_id, by_id)
                      .partitions.emplace_back();
    entry.partition = partition.id.partition;
    entry.fetch_offset = partition.position;
    entry.current_leader_epoch = partition.leader_epoch;
    entry.partition_max_bytes = partition.max_bytes;
    if (version >= kLastEpoch) entry.last_fetched_epoch = partition.last_epoch;
  }
  if (id_ != 0)
    for (const auto& [id, before] : asked_) {
      auto now = asked.find(id);
      // A topic that was made anew under its name is forgotten by its old id.
      if (now != asked.end() && now->second.topic_id == before.topic_id) continue;
      topic_entry(request.forgotten_topics_data, id, before.topic_id, by_id)
          .partitions.push_back(id.partition);
    }
  asked_ = std::move(asked);
  return request;
}

bool FetchSession::accept(const msg::FetchResponse& response, int16_t version) {
  if (version < kSessions) {
    asked_.clear();
    return true;
  }
  if (response.error_code != 0) {
    reset();
    return false;
  }
  if (id_ == 0) {
    id_ = response.session_id;
    epoch_ = id_ == 0 ? 0 : 1;
  } else {
    epoch_ = epoch_ == kLastSessionEpoch ? 1 : epoch_ + 1;
  }
  return true;
}

void FetchSession::reset() {
  id_ = 0;
  epoch_ = 0;
  asked_.clear();
}

}  // namespace kt
