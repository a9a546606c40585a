#include "client/ownership.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "base/pattern.h"
#include "base/text.h"

namespace kt {

namespace {

size_t rank(std::string_view kind) {
  return static_cast<size_t>(
      std::find(std::begin(kOwnershipKinds), std::end(kOwnershipKinds), kind) -
      std::begin(kOwnershipKinds));
}

class Examiner {
 public:
  Examiner(const std::vector<const StoredGroup*>& stores,
           const std::map<std::string, int32_t>& partition_counts)
      : stores_(stores), partition_counts_(partition_counts) {}

  std::vector<OwnershipFinding> examine() {
    bool has_members = false;
    for (const auto* group : stores_) {
      has_members |= !group->description.members.empty();
      take(*group);
    }
    if (!has_members)
      add("no-members", {}, "", "the group has no live member");
    else
      look_at_partitions();
    std::stable_sort(found_.begin(), found_.end(), [](const auto& a, const auto& b) {
      return std::tuple(rank(a.kind), a.topic, a.partition, a.member) <
             std::tuple(rank(b.kind), b.topic, b.partition, b.member);
    });
    return std::move(found_);
  }

 private:
  void add(std::string_view kind, const std::optional<TopicPartition>& at, std::string member,
           std::string message) {
    auto& finding = found_.emplace_back();
    finding.kind = kind;
    if (at) finding.topic = at->topic;
    if (at && at->partition >= 0) finding.partition = at->partition;
    finding.member = std::move(member);
    finding.message = std::move(message);
  }

  void take(const StoredGroup& group) {
    const auto& described = group.description;
    shares_ |= described.type == "share";
    for (const auto& member : described.members) {
      subscribe(member);
      size_t count = 0;
      for (const auto& [topic, numbers] : member.assignment) {
        count += numbers.size();
        for (auto number : numbers) owners_[{topic, number}].push_back(member.id);
      }
      if (count == 0) add("idle-member", {}, member.id, "it owns no partition");
    }
    bool settled = described.members.empty() || described.state == "Stable";
    if (!settled)
      add("not-stable", {}, "", "partitions are being shared out: the group is " + described.state);
    if (group.in_zookeeper) take_strangers(group);
  }

  /// Owners in ZooKeeper that are no members any more.
  void take_strangers(const StoredGroup& group) {
    std::set<std::string_view> members;
    for (const auto& member : group.description.members) members.insert(member.id);
    for (const auto& [partition, owner] : group.in_zookeeper->owners) {
      auto id = zk::owner_member(owner);
      if (!members.contains(id))
        add("owner-absent", TopicPartition{partition.first, partition.second}, std::string(id),
            "its owner is no live member");
    }
  }

  void subscribe(const GroupMember& member) {
    for (const auto& topic : member.subscribed_topics) wanted_.insert(topic);
    if (!member.subscribed_regex || member.subscribed_regex->empty()) return;
    try {
      Pattern pattern(*member.subscribed_regex);
      for (const auto& [topic, count] : partition_counts_)
        if (!topic.starts_with("__") && pattern.matches(topic) != member.regex_excludes)
          wanted_.insert(topic);
    } catch (const Error&) {
      // An expression that only the member's own engine understands: what it matched is unknown.
    }
  }

  void look_at_partitions() {
    for (const auto& topic : wanted_) {
      auto count = partition_counts_.find(topic);
      if (count == partition_counts_.end()) {
        add("topic-absent", TopicPartition{topic, -1}, "",
            "members subscribe to it, and it is not there");
        continue;
      }
      for (int32_t number = 0; number < count->second; ++number)
        if (!owners_.contains({topic, number}))
          add("unowned", TopicPartition{topic, number}, "", "no member reads it");
    }
    for (const auto& [partition, owners] : owners_)
      if (owners.size() > 1 && !shares_)
        for (const auto& owner : owners)
          add("owned-twice", partition, owner,
              counted(static_cast<int64_t>(owners.size()), "member") + " read it");
  }

  const std::vector<const StoredGroup*>& stores_;
  const std::map<std::string, int32_t>& partition_counts_;
  bool shares_ = false;
  std::set<std::string> wanted_;
  std::map<TopicPartition, std::vector<std::string>> owners_;
  std::vector<OwnershipFinding> found_;
};

}  // namespace

std::vector<OwnershipFinding> examine_ownership(
    const std::vector<const StoredGroup*>& stores,
    const std::map<std::string, int32_t>& partition_counts) {
  return Examiner(stores, partition_counts).examine();
}

}  // namespace kt
