#include "sandbox/fetch_sessions.h"

#include <algorithm>

namespace kt::sandbox {
namespace {

constexpr size_t kMostSessions = 1000;
constexpr int32_t kFinalEpoch = -1;
constexpr int32_t kInitialEpoch = 0;

using Request = msg::FetchRequest;

bool same_topic(const FetchPart& part, const std::string& topic, const Uuid& topic_id) {
  return part.topic == topic && part.topic_id == topic_id;
}

FetchPart make_part(const Request::Topic& topic, const Request::Topic::Partition& partition) {
  FetchPart part;
  part.topic = topic.topic;
  part.topic_id = topic.topic_id;
  part.index = partition.partition;
  part.offset = partition.fetch_offset;
  part.max_bytes = partition.partition_max_bytes;
  part.leader_epoch = partition.current_leader_epoch;
  return part;
}

void merge(FetchSession& session, const Request& request) {
  auto parts = fetch_parts(request);
  for (FetchPart& asked : parts) {
    auto known = std::ranges::find_if(session.parts, [&](const FetchPart& part) {
      return part.index == asked.index && same_topic(part, asked.topic, asked.topic_id);
    });
    if (known == session.parts.end()) {
      session.parts.push_back(std::move(asked));
      continue;
    }
    known->offset = asked.offset;
    known->max_bytes = asked.max_bytes;
    known->leader_epoch = asked.leader_epoch;
  }
  for (const auto& forgotten : request.forgotten_topics_data) {
    std::erase_if(session.parts, [&](const FetchPart& part) {
      return same_topic(part, forgotten.topic, forgotten.topic_id) &&
             std::ranges::count(forgotten.partitions, part.index) > 0;
    });
  }
}

}  // namespace

std::list<FetchPart> fetch_parts(const Request& request) {
  std::list<FetchPart> parts;
  for (const auto& topic : request.topics)
    for (const auto& partition : topic.partitions) parts.push_back(make_part(topic, partition));
  return parts;
}

FetchSessions::Opened FetchSessions::open(const Request& request) {
  ++uses_;
  if (request.session_epoch == kFinalEpoch || request.session_epoch == kInitialEpoch) {
    sessions_.erase(request.session_id);
    if (request.session_epoch == kFinalEpoch) return {};
    return {ErrorCode::none, &create(request), false};
  }
  auto found = sessions_.find(request.session_id);
  if (found == sessions_.end()) return {ErrorCode::fetch_session_id_not_found};
  FetchSession& session = found->second;
  if (session.next_epoch != request.session_epoch) return {ErrorCode::invalid_fetch_session_epoch};
  session.next_epoch = session.next_epoch == INT32_MAX ? 1 : session.next_epoch + 1;
  session.last_use = uses_;
  merge(session, request);
  return {ErrorCode::none, &session, true};
}

FetchSession* FetchSessions::find(int32_t id) {
  auto found = sessions_.find(id);
  return found == sessions_.end() ? nullptr : &found->second;
}

FetchSession& FetchSessions::create(const Request& request) {
  if (sessions_.size() >= kMostSessions)
    sessions_.erase(std::ranges::min_element(
        sessions_, {}, [](const auto& entry) { return entry.second.last_use; }));
  FetchSession& session = sessions_[next_id_];
  session.id = next_id_;
  session.last_use = uses_;
  session.parts = fetch_parts(request);
  next_id_ = next_id_ == INT32_MAX ? 1 : next_id_ + 1;
  return session;
}

}  // namespace kt::sandbox
