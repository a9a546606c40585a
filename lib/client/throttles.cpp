#include "client/throttles.h"

#include <algorithm>
#include <set>

#include "base/contains.h"
#include "base/text.h"
#include "client/admin_topics.h"

namespace kt {

namespace {

constexpr std::string_view kEverything = "*";

using Values = ThrottleSettings::Values;

std::optional<std::string> value_of(const Values& values, std::string_view name) {
  auto found = values.find(std::string(name));
  return found == values.end() ? std::nullopt : std::optional(found->second);
}

std::set<std::string> items_of(const std::string& list) {
  std::set<std::string> items;
  for (auto item : split(list, ','))
    if (!trim(item).empty()) items.emplace(trim(item));
  return items;
}

/// The entries that the list lacks; none where it means all replicas anyway.
void add_missing(std::vector<std::string>& missing, const std::set<std::string>& entries,
                 const std::optional<std::string>& list) {
  auto there = items_of(list.value_or(""));
  if (there.contains(std::string(kEverything))) return;
  std::set_difference(entries.begin(), entries.end(), there.begin(), there.end(),
                      std::back_inserter(missing));
}

std::string entry_of(const TopicPartition& at, int32_t broker) {
  return std::to_string(at.partition) + ":" + std::to_string(broker);
}

ConfigChange change_of_list(std::string_view name, const std::optional<std::string>& list,
                            const std::vector<std::string>& mine) {
  auto left = items_of(list.value_or(""));
  for (const auto& entry : mine) left.erase(entry);
  if (left.empty()) return {std::string(name), ConfigOperation::remove, ""};
  return {std::string(name), ConfigOperation::subtract, join(mine, ",")};
}

ResourceConfigs configs_of(const ConfigResource& resource, const Values& values) {
  ResourceConfigs configs;
  configs.resource = resource;
  for (const auto& [name, value] : values) {
    auto& entry = configs.entries.emplace_back();
    entry.name = name;
    entry.value = value;
    entry.is_override = true;
  }
  return configs;
}

}  // namespace

Throttle find_throttle(ThrottleSettings& settings, const std::vector<ThrottledMove>& moves,
                       int64_t bytes_per_second) {
  Throttle throttle;
  std::map<std::string, std::pair<std::set<std::string>, std::set<std::string>>> entries;
  std::set<int32_t> brokers;
  for (const auto& move : moves) {
    std::vector<int32_t> added;
    for (int32_t broker : move.target)
      if (!contains(move.now, broker)) added.push_back(broker);
    if (added.empty()) continue;
    auto& [leader, follower] = entries[move.at.topic];
    for (int32_t broker : move.now) leader.insert(entry_of(move.at, broker));
    for (int32_t broker : added) follower.insert(entry_of(move.at, broker));
    brokers.insert(move.now.begin(), move.now.end());
    brokers.insert(added.begin(), added.end());
  }
  if (entries.empty()) return throttle;
  throttle.bytes_per_second = bytes_per_second;
  std::vector<std::string> topics;
  for (const auto& [topic, lists] : entries) topics.push_back(topic);
  for (const auto& [topic, values] : settings.of_topics(topics)) {
    Throttle::Entries missing;
    add_missing(missing.leader, entries[topic].first, value_of(values, kThrottleLists[0]));
    add_missing(missing.follower, entries[topic].second, value_of(values, kThrottleLists[1]));
    if (!missing.empty()) throttle.topics[topic] = std::move(missing);
  }
  for (const auto& [broker, values] : settings.of_brokers({brokers.begin(), brokers.end()}))
    throttle.brokers[broker] = {value_of(values, kThrottleRates[0]),
                                value_of(values, kThrottleRates[1])};
  return throttle;
}

std::vector<Outcome> set_throttle(ThrottleSettings& settings, const Throttle& throttle) {
  std::vector<Outcome> outcomes;
  auto rate = std::to_string(throttle.bytes_per_second);
  std::vector<std::string> topics;
  for (const auto& [topic, entries] : throttle.topics) topics.push_back(topic);
  auto now = settings.of_topics(topics);
  for (const auto& [topic, entries] : throttle.topics) {
    std::vector<ConfigChange> changes;
    for (size_t i = 0; i < 2; ++i) {
      const auto& mine = i == 0 ? entries.leader : entries.follower;
      if (mine.empty()) continue;
      // Up to 2.8 a list that is appended to from nothing begins with an empty item, on which
      // brokers stumble.
      auto list = value_of(now[topic], kThrottleLists[i]);
      changes.push_back({std::string(kThrottleLists[i]),
                         list ? ConfigOperation::append : ConfigOperation::set, join(mine, ",")});
    }
    outcomes.push_back(settings.change({ConfigScope::topic, topic}, changes));
  }
  for (const auto& [broker, before] : throttle.brokers)
    outcomes.push_back(
        settings.change({ConfigScope::broker, std::to_string(broker)},
                        {{std::string(kThrottleRates[0]), ConfigOperation::set, rate},
                         {std::string(kThrottleRates[1]), ConfigOperation::set, rate}}));
  return outcomes;
}

ClearedThrottle clear_throttle(Cluster& cluster, ThrottleSettings& settings,
                               const Throttle& throttle) {
  ClearedThrottle cleared;
  auto change = [&](const ConfigResource& resource, const Values& values,
                    std::vector<ConfigChange> changes) {
    auto outcome = settings.change(resource, changes);
    if (outcome.error_code != 0)
      cleared.failed.push_back(std::move(outcome));
    else
      cleared.changed.push_back({configs_of(resource, values), std::move(changes)});
  };
  auto described = describe_topics(cluster);
  std::vector<std::string> topics;
  for (const auto& topic : described.topics) topics.push_back(topic.name.value_or(""));
  std::set<int32_t> used_by_others;
  for (const auto& [topic, values] : settings.of_topics(topics)) {
    auto mine = throttle.topics.find(topic);
    std::vector<ConfigChange> changes;
    for (size_t i = 0; i < 2; ++i) {
      auto list = value_of(values, kThrottleLists[i]);
      if (!list) continue;
      auto left = items_of(*list);
      std::vector<std::string> there;
      if (mine != throttle.topics.end())
        for (const auto& entry : i == 0 ? mine->second.leader : mine->second.follower)
          if (left.erase(entry) > 0) there.push_back(entry);
      if (!there.empty()) changes.push_back(change_of_list(kThrottleLists[i], list, there));
      for (const auto& entry : left) {
        int64_t broker = -1;
        auto colon = entry.find(':');
        if (colon != std::string::npos && parse_int64(entry.substr(colon + 1), broker))
          used_by_others.insert(static_cast<int32_t>(broker));
      }
    }
    if (!changes.empty()) change({ConfigScope::topic, topic}, values, std::move(changes));
  }
  std::vector<int32_t> brokers;
  for (const auto& [broker, before] : throttle.brokers) brokers.push_back(broker);
  auto rate = std::to_string(throttle.bytes_per_second);
  for (const auto& [broker, values] : settings.of_brokers(brokers)) {
    ConfigResource resource{ConfigScope::broker, std::to_string(broker)};
    const auto& before = throttle.brokers.at(broker);
    std::vector<ConfigChange> changes;
    for (size_t i = 0; i < 2; ++i) {
      auto now = value_of(values, kThrottleRates[i]);
      if (now != rate) continue;
      const auto& old = i == 0 ? before.leader : before.follower;
      if (old)
        changes.push_back({std::string(kThrottleRates[i]), ConfigOperation::set, *old});
      else
        changes.push_back({std::string(kThrottleRates[i]), ConfigOperation::remove, ""});
    }
    if (changes.empty()) continue;
    if (used_by_others.contains(broker)) {
      cleared.kept.push_back(resource.text() +
                             " keeps its rate: other throttled replicas are on it");
      continue;
    }
    change(resource, values, std::move(changes));
  }
  return cleared;
}

std::vector<StaleThrottle> stale_throttles(Cluster& cluster, ThrottleSettings& settings,
                                           const std::vector<OngoingReassignment>& ongoing) {
  std::vector<StaleThrottle> stale;
  std::set<std::string> moving;
  for (const auto& one : ongoing) moving.insert(one.at.topic);
  auto described = describe_topics(cluster);
  std::vector<std::string> topics;
  for (const auto& topic : described.topics) topics.push_back(topic.name.value_or(""));
  bool any_in_use = false;
  for (const auto& [topic, values] : settings.of_topics(topics))
    for (const auto& [name, value] : values) {
      if (moving.contains(topic))
        any_in_use = true;
      else
        stale.push_back({"topic/" + topic, name, value});
    }
  if (any_in_use) return stale;
  std::vector<int32_t> brokers;
  for (const auto& [id, broker] : cluster.metadata()->brokers) brokers.push_back(id);
  for (const auto& [broker, values] : settings.of_brokers(brokers))
    for (const auto& [name, value] : values)
      stale.push_back({"broker/" + std::to_string(broker), name, value});
  return stale;
}

}  // namespace kt
