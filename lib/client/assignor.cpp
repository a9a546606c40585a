#include "client/assignor.h"

#include <algorithm>
#include <set>

namespace kt {
namespace {

using Members = std::vector<const MemberState*>;

bool wants(const MemberState& member, const std::string& topic) {
  return std::find(member.topics.begin(), member.topics.end(), topic) != member.topics.end();
}

/// Static members come first and by instance id, so that a restart changes nothing.
Members in_order(const std::vector<MemberState>& members) {
  Members ordered;
  for (const auto& member : members) ordered.push_back(&member);
  std::sort(ordered.begin(), ordered.end(), [](auto* one, auto* other) {
    bool one_static = !one->instance_id.empty(), other_static = !other->instance_id.empty();
    if (one_static != other_static) return one_static;
    return one_static ? one->instance_id < other->instance_id : one->member_id < other->member_id;
  });
  return ordered;
}

void assign_ranges(const Members& members, const PartitionCounts& counts, GroupAssignment& result) {
  for (const auto& [topic, count] : counts) {
    Members takers;
    for (auto* member : members)
      if (wants(*member, topic)) takers.push_back(member);
    if (takers.empty()) continue;
    auto size = static_cast<int32_t>(takers.size());
    int32_t next = 0;
    for (int32_t i = 0; i < size; ++i)
      for (int32_t left = count / size + (i < count % size ? 1 : 0); left > 0; --left)
        result[takers[static_cast<size_t>(i)]->member_id].push_back({topic, next++});
  }
}

void assign_in_turn(const Members& members, const PartitionCounts& counts,
                    GroupAssignment& result) {
  size_t turn = 0;
  for (const auto& [topic, count] : counts) {
    bool wanted = std::any_of(members.begin(), members.end(),
                              [&](auto* member) { return wants(*member, topic); });
    for (int32_t partition = 0; wanted && partition < count; ++partition) {
      while (!wants(*members[turn % members.size()], topic)) ++turn;
      result[members[turn++ % members.size()]->member_id].push_back({topic, partition});
    }
  }
}

/// The even assignment that stays closest to what the members own.
class StickyAssignment {
 public:
  StickyAssignment(const Members& members, const PartitionCounts& counts)
      : members_(members), load_(members.size()) {
    keep_what_is_owned(counts);
    deal_out_the_rest(counts);
    even_out();
  }

  /// Partitions that would move from one living member to another are left out.
  void write(GroupAssignment& result) const {
    for (const auto& [partition, member] : owner_) {
      auto before = claimed_.find(partition);
      if (before == claimed_.end() || before->second == member)
        result[members_[member]->member_id].push_back(partition);
    }
  }

 private:
  void keep_what_is_owned(const PartitionCounts& counts) {
    std::map<TopicPartition, int32_t> generation;
    for (size_t i = 0; i < members_.size(); ++i)
      for (const auto& partition : members_[i]->owned) {
        auto count = counts.find(partition.topic);
        if (count == counts.end() || partition.partition >= count->second) continue;
        // Of two that claim it the one that was there last is right.
        auto [known, is_new] = generation.try_emplace(partition, members_[i]->generation);
        if (!is_new && known->second >= members_[i]->generation) continue;
        known->second = members_[i]->generation;
        claimed_[partition] = i;
      }
    for (const auto& [partition, member] : claimed_)
      if (wants(*members_[member], partition.topic)) give(partition, member);
  }

  void deal_out_the_rest(const PartitionCounts& counts) {
    for (const auto& [topic, count] : counts)
      for (int32_t i = 0; i < count; ++i) {
        TopicPartition partition{topic, i};
        if (owner_.contains(partition)) continue;
        if (auto taker = least_loaded(topic)) give(partition, *taker);
      }
  }

  void even_out() {
    bool moved = true;
    while (moved) {
      moved = false;
      for (auto& [partition, member] : owner_) {
        auto taker = least_loaded(partition.topic);
        if (!taker || load_[*taker] + 1 >= load_[member]) continue;
        --load_[member];
        ++load_[*taker];
        member = *taker;
        moved = true;
      }
    }
  }

  std::optional<size_t> least_loaded(const std::string& topic) const {
    std::optional<size_t> least;
    for (size_t i = 0; i < members_.size(); ++i)
      if (wants(*members_[i], topic) && (!least || load_[i] < load_[*least])) least = i;
    return least;
  }

  void give(const TopicPartition& partition, size_t member) {
    owner_[partition] = member;
    ++load_[member];
  }

  const Members& members_;
  std::vector<size_t> load_;
  std::map<TopicPartition, size_t> owner_, claimed_;
};

}  // namespace

std::string_view assignor_name(Assignor assignor) {
  switch (assignor) {
    case Assignor::range:
      return "range";
    case Assignor::round_robin:
      return "roundrobin";
    case Assignor::cooperative_sticky:
      break;
  }
  return "cooperative-sticky";
}

std::optional<Assignor> assignor_named(std::string_view name) {
  for (auto assignor : {Assignor::range, Assignor::round_robin, Assignor::cooperative_sticky})
    if (assignor_name(assignor) == name) return assignor;
  return std::nullopt;
}

GroupAssignment assign_partitions(Assignor assignor, const std::vector<MemberState>& members,
                                  const PartitionCounts& counts) {
  GroupAssignment result;
  for (const auto& member : members) result[member.member_id];
  auto ordered = in_order(members);
  if (assignor == Assignor::range) assign_ranges(ordered, counts, result);
  if (assignor == Assignor::round_robin) assign_in_turn(ordered, counts, result);
  if (assignor == Assignor::cooperative_sticky) StickyAssignment(ordered, counts).write(result);
  return result;
}

}  // namespace kt
