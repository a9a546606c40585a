// Requests that name partitions (ListOffsets, DeleteRecords, OffsetForLeaderEpoch,
// DescribeProducers): split by leader, asked of all leaders at once, asked again of new leaders
// where leadership moved, and put together into one response as if a single broker led everything.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>

#include "client/cluster.h"
#include "protocol/errors.h"

namespace kt {

namespace leaders {

template <class Topic>
decltype(auto) name_of(Topic& topic) {
  if constexpr (requires { (topic.name); })
    return (topic.name);
  else
    return (topic.topic);
}

template <class Topic>
auto& partitions_of(Topic& topic) {
  if constexpr (requires { topic.partition_indexes; })
    return topic.partition_indexes;
  else
    return topic.partitions;
}

template <class Partition>
auto& number_of(Partition& partition) {
  if constexpr (requires { partition.partition_index; })
    return partition.partition_index;
  else if constexpr (requires { partition.partition; })
    return partition.partition;
  else
    return partition;
}

/// Whether an error of a partition may be gone once the new leader is known.
bool leader_moved(int16_t error_code);

/// How long moved leaders are looked for before their errors are the answer.
constexpr Milliseconds kPatience{3'000};

/// Where a partition of the request stands, by topic and number.
using Place = std::pair<size_t, size_t>;

}  // namespace leaders

/// The answer has the topics and partitions of the request in its order; a partition without an
/// answer has an error code: no leader, unknown, or NETWORK_EXCEPTION. Throws where no broker at
/// all could answer.
template <class M>
typename M::Response call_leaders(Cluster& cluster, const M& request,
                                  const CallOptions& options = {}) {
  using namespace leaders;
  typename M::Response response;
  std::vector<std::string> names;
  names.reserve(request.topics.size());
  std::unordered_map<std::string_view, size_t> topic_places;
  std::vector<std::pair<std::pair<size_t, int32_t>, size_t>> places;  ///< by topic and number
  std::vector<Place> pending;
  for (const auto& topic : request.topics) {
    auto& out = response.topics.emplace_back();
    name_of(out) = name_of(topic);
    for (const auto& partition : partitions_of(topic)) {
      pending.emplace_back(names.size(), out.partitions.size());
      places.push_back({{names.size(), number_of(partition)}, out.partitions.size()});
      number_of(out.partitions.emplace_back()) = number_of(partition);
    }
    names.push_back(name_of(topic));
    topic_places.emplace(names.back(), names.size() - 1);
  }
  std::sort(places.begin(), places.end());

  Deadline patience = cluster.deadline().sooner(kPatience);
  std::optional<Error> failure;
  bool answered = pending.empty();
  for (int attempt = 1; !pending.empty(); ++attempt) {
    auto metadata = attempt == 1 ? cluster.metadata_for(names) : cluster.refresh(names);
    std::map<int32_t, M> by_leader;
    std::vector<Place> asked, again;
    for (auto [t, p] : pending) {
      auto& slot = response.topics[t].partitions[p];
      auto* topic = metadata->topic(names[t]);
      auto* known = metadata->partition(names[t], number_of(slot));
      if (known == nullptr || known->leader < 0) {
        bool unknown = topic == nullptr || topic->error_code == 0 || known != nullptr;
        slot.error_code = known != nullptr ? static_cast<int16_t>(ErrorCode::leader_not_available)
                          : unknown ? static_cast<int16_t>(ErrorCode::unknown_topic_or_partition)
                                    : topic->error_code;
        answered = true;
        if (known != nullptr) again.emplace_back(t, p);
        continue;
      }
      auto [entry, is_new] = by_leader.try_emplace(known->leader, request);
      if (is_new) entry->second.topics.clear();
      auto& topics = entry->second.topics;
      if (topics.empty() || name_of(topics.back()) != names[t])
        name_of(topics.emplace_back()) = names[t];
      partitions_of(topics.back()).push_back(partitions_of(request.topics[t])[p]);
      slot.error_code = static_cast<int16_t>(ErrorCode::network_exception);
      asked.emplace_back(t, p);
    }
    std::vector<std::pair<int32_t, M>> requests(by_leader.begin(), by_leader.end());
    for (auto& answer : cluster.call_each(requests, options)) {
      if (answer.error && answer.error->exit() != Exit::unreachable) throw *answer.error;
      if (answer.error) failure = answer.error;
      if (!answer.reply) continue;
      answered = true;
      for (auto& topic : (*answer.reply)->topics) {
        auto place = topic_places.find(name_of(topic));
        if (place == topic_places.end()) continue;
        for (auto& partition : topic.partitions) {
          std::pair key(place->second, number_of(partition));
          auto found = std::lower_bound(places.begin(), places.end(), std::pair(key, size_t{0}));
          if (found == places.end() || found->first != key) continue;
          response.topics[place->second].partitions[found->second] = std::move(partition);
        }
      }
    }
    for (auto [t, p] : asked)
      if (leader_moved(response.topics[t].partitions[p].error_code)) again.emplace_back(t, p);
    pending = std::move(again);
    auto pause = cluster.backoff(attempt);
    if (pending.empty() || !options.retry || pause >= patience.remaining()) break;
    Clock::system().sleep(pause);
  }
  if (!answered && failure) throw *failure;
  return response;
}

}  // namespace kt
