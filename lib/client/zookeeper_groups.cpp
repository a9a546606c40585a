#include "client/zookeeper_groups.h"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/errors.h"
#include "zookeeper/cluster.h"
#include "zookeeper/consumers.h"

namespace kt {

namespace {

constexpr std::string_view kBlackList = "black_list";

GroupMember member_of(const zk::Consumer& consumer) {
  GroupMember member;
  member.id = consumer.id;
  member.host = consumer.host;
  for (const auto& [topic, streams] : consumer.subscription) {
    if (consumer.pattern.empty() || consumer.pattern == "static") {
      member.subscribed_topics.push_back(topic);
      continue;
    }
    member.subscribed_regex = filter_expression(topic);
    member.regex_excludes = consumer.pattern == kBlackList;
  }
  return member;
}

StoredGroup stored_group(zk::ConsumerGroup read) {
  StoredGroup group;
  group.store = GroupStore::zookeeper;
  auto& described = group.description;
  described.group = group.offsets.group = read.name;
  described.protocol_type = "consumer";
  described.state = read.members.empty() ? "Empty" : "Stable";
  if (!read.exists) described.error_code = static_cast<int16_t>(ErrorCode::group_id_not_found);
  for (const auto& consumer : read.members) {
    auto& member = described.members.emplace_back(member_of(consumer));
    for (const auto& [partition, owner] : read.owners)
      if (zk::owner_member(owner) == consumer.id)
        member.assignment[partition.first].push_back(partition.second);
  }
  std::vector<CommittedOffsets::Entry> positions;
  for (const auto& [partition, stored] : read.offsets)
    positions.push_back({{partition.first, partition.second}, {stored.offset, -1, 0, ""}});
  group.offsets.partitions = CommittedOffsets(std::move(positions));
  group.in_zookeeper = std::make_shared<const zk::ConsumerGroup>(std::move(read));
  return group;
}

CommitOutcome outcome_of(zk::Written written) {
  switch (written) {
    case zk::Written::done:
      return {};
    case zk::Written::uncertain:
      return {0, "the connection to ZooKeeper was lost meanwhile: written or not, nobody knows"};
    default:
      return {0, "somebody else changed it since it was read: nothing was written here"};
  }
}

/// Every node of the group, those below before those above.
std::vector<std::string> nodes_below(zk::Session& session, const std::string& root) {
  std::vector<std::string> all{root}, level{root};
  while (!level.empty()) {
    std::vector<std::string> below;
    auto lists = session.children(level);
    for (size_t i = 0; i < level.size(); ++i)
      for (const auto& name : lists[i].value_or(std::vector<std::string>{}))
        below.push_back(level[i] + "/" + name);
    all.insert(all.end(), below.begin(), below.end());
    level = std::move(below);
  }
  std::reverse(all.begin(), all.end());
  return all;
}

}  // namespace

std::string filter_expression(std::string_view filter) {
  std::string expression;
  for (char c : filter)
    if (c != ' ') expression += c == ',' ? '|' : c;
  while (!expression.empty() && (expression.front() == '"' || expression.front() == '\''))
    expression.erase(0, 1);
  while (!expression.empty() && (expression.back() == '"' || expression.back() == '\''))
    expression.pop_back();
  return expression;
}

std::vector<StoredGroup> zookeeper_groups(zk::Session& session,
                                          const std::vector<std::string>& names) {
  std::vector<StoredGroup> groups;
  for (auto& read : zk::consumer_groups(session, names))
    groups.push_back(stored_group(std::move(read)));
  return groups;
}

std::vector<CommitOutcome> commit_to_zookeeper(zk::Session& session, const std::string& group,
                                               const StoredGroup* existing,
                                               const std::vector<NewPosition>& positions) {
  zk::refuse_where_kraft_owns(session);
  zk::ConsumerGroup read;
  if (existing != nullptr && existing->in_zookeeper) read = *existing->in_zookeeper;
  read.name = group;
  std::map<zk::Partition, int64_t> offsets;
  for (const auto& position : positions)
    offsets[{position.partition.topic, position.partition.partition}] = position.offset;
  auto written = zk::write_offsets(session, read, offsets);
  std::map<zk::Partition, CommitOutcome> outcomes;
  size_t next = 0;
  for (const auto& [partition, offset] : offsets) outcomes[partition] = outcome_of(written[next++]);
  std::vector<CommitOutcome> ordered;
  for (const auto& position : positions)
    ordered.push_back(outcomes[{position.partition.topic, position.partition.partition}]);
  return ordered;
}

Outcome delete_zookeeper_group(zk::Session& session, const std::string& group) {
  zk::refuse_where_kraft_owns(session);
  auto root = "/consumers/" + group, members = root + "/ids";
  auto nodes = nodes_below(session, root);
  bool has_members = std::any_of(nodes.begin(), nodes.end(), [&](const std::string& node) {
    return node.starts_with(members + "/");
  });
  // A member that joins meanwhile makes ids anew, and its nodes are none of those seen here.
  if (has_members || session.remove(std::vector{members})[0] == zk::Written::not_empty)
    return {group, static_cast<int16_t>(ErrorCode::non_empty_group), ""};
  for (auto written : session.remove(nodes))
    if (written == zk::Written::not_empty)
      return {group, 0, "somebody else wrote to it while it was being deleted: look again"};
  return {group, 0, ""};
}

}  // namespace kt
