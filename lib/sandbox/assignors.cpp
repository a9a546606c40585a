#include "sandbox/assignors.h"

#include <algorithm>
#include <vector>

namespace kt::sandbox {
namespace {

Places all_places(const AssignmentInput& input) {
  Places places;
  for (const auto& [topic, count] : input.partitions_of_topic) {
    bool wanted = std::ranges::any_of(
        input.topics_of_member, [&](const auto& member) { return member.second.contains(topic); });
    for (int32_t index = 0; wanted && index < count; ++index) places.insert({topic, index});
  }
  return places;
}

}  // namespace

std::map<std::string, Places> assign_uniform(const AssignmentInput& input) {
  std::map<std::string, Places> result;
  if (input.topics_of_member.empty()) return result;
  Places unassigned = all_places(input);
  size_t share = unassigned.size() / input.topics_of_member.size();
  size_t larger_shares = unassigned.size() % input.topics_of_member.size();
  for (const auto& [member, topics] : input.topics_of_member) {
    Places& kept = result[member];
    auto current = input.current.find(member);
    if (current == input.current.end()) continue;
    for (const Place& place : current->second) {
      if (!topics.contains(place.first) || !unassigned.contains(place)) continue;
      if (kept.size() == share && larger_shares > 0)
        --larger_shares;
      else if (kept.size() >= share)
        continue;
      kept.insert(place);
      unassigned.erase(place);
    }
  }
  for (const Place& place : unassigned) {
    Places* smallest = nullptr;
    for (const auto& [member, topics] : input.topics_of_member)
      if (topics.contains(place.first) && (!smallest || result[member].size() < smallest->size()))
        smallest = &result[member];
    smallest->insert(place);
  }
  return result;
}

std::map<std::string, Places> assign_range(const AssignmentInput& input) {
  std::map<std::string, Places> result;
  for (const auto& [member, topics] : input.topics_of_member) result[member];
  for (const auto& [topic, count] : input.partitions_of_topic) {
    std::vector<std::string> members;
    for (const auto& [member, topics] : input.topics_of_member)
      if (topics.contains(topic)) members.push_back(member);
    auto sharers = static_cast<int32_t>(members.size());
    int32_t next = 0;
    for (int32_t i = 0; i < sharers; ++i) {
      int32_t share = count / sharers + (i < count % sharers ? 1 : 0);
      for (; share > 0; --share) result[members[static_cast<size_t>(i)]].insert({topic, next++});
    }
  }
  return result;
}

}  // namespace kt::sandbox
