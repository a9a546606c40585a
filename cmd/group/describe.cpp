#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "chosen.h"
#include "client/offsets.h"
#include "connect.h"
#include "needs.h"
#include "protocol/errors.h"
#include "protocol/msg/describe_groups.h"

namespace kt {
namespace {

/// `orders:0-2,5 payments:1`: partitions by topic, runs as ranges.
std::string spell(const Assignment& assignment) {
  std::vector<std::string> topics;
  for (const auto& [topic, partitions] : assignment) {
    auto sorted = partitions;
    std::sort(sorted.begin(), sorted.end());
    Selection selection;
    for (auto partition : sorted) {
      auto& ranges = selection.ranges;
      if (!ranges.empty() && ranges.back().second + 1 == partition)
        ranges.back().second = partition;
      else
        ranges.push_back({partition, partition});
    }
    topics.push_back(topic + ":" + format_selection(selection));
  }
  return join(topics, " ");
}

class GroupDescribe : public Invocation {
  Choice choice_;

  std::vector<Argument> arguments() override {
    return choice_.arguments("[GROUP...]", "Groups to describe", Complete::groups);
  }

  using Ends = std::map<TopicPartition, OffsetAnswer>;

  /// The partitions that a group has a position in or a member at.
  static std::set<TopicPartition> partitions_of(const GroupDescription& group,
                                                const GroupOffsets& offsets) {
    std::set<TopicPartition> partitions;
    for (const auto& [partition, committed] : offsets.partitions) partitions.insert(partition);
    for (const auto& member : group.members)
      for (const auto& [topic, numbers] : member.assignment)
        for (auto number : numbers) partitions.insert({topic, number});
    return partitions;
  }

  static Ends ends_of(Cluster& cluster, const std::vector<GroupDescription>& groups,
                      const std::vector<GroupOffsets>& offsets) {
    std::set<TopicPartition> all;
    for (size_t i = 0; i < groups.size(); ++i) all.merge(partitions_of(groups[i], offsets[i]));
    Ends ends;
    if (all.empty()) return ends;
    std::vector<OffsetQuery> queries;
    for (const auto& partition : all) queries.push_back({partition, kLatest});
    for (const auto& end : list_offsets(cluster, queries)) ends.emplace(end.partition, end);
    return ends;
  }

  static Value regex_of(const GroupMember& member) {
    bool has_one = member.subscribed_regex && !member.subscribed_regex->empty();
    return has_one ? Value(*member.subscribed_regex) : Value();
  }

  static Value member_rows(const GroupDescription& group) {
    Value::List rows;
    for (const auto& member : group.members) {
      Value::List assignment;
      for (const auto& [topic, partitions] : member.assignment)
        assignment.push_back(Row{topic, Value(partitions)});
      auto spelled = spell(member.assignment);
      Value shown;
      if (!spelled.empty()) shown = spelled;
      rows.push_back(Row{member.id, member.instance_id, member.client_id, member.host, member.epoch,
                         Value(member.subscribed_topics), regex_of(member), std::move(shown),
                         std::move(assignment)});
    }
    return rows;
  }

  static Value offset_rows(const GroupDescription& group, const GroupOffsets& offsets,
                           const Ends& ends) {
    std::map<TopicPartition, const GroupMember*> owners;
    for (const auto& member : group.members)
      for (const auto& [topic, numbers] : member.assignment)
        for (auto number : numbers) owners[{topic, number}] = &member;
    Value::List rows;
    for (const auto& partition : partitions_of(group, offsets)) {
      Value position, end, lag, member, metadata;
      auto committed = offsets.partitions.find(partition);
      auto last = ends.find(partition);
      auto owner = owners.find(partition);
      bool has_position = committed != offsets.partitions.end() && committed->second.offset >= 0;
      bool has_end = last != ends.end() && last->second.error_code == 0;
      if (has_position) position = committed->second.offset;
      if (has_position && !committed->second.metadata.empty())
        metadata = committed->second.metadata;
      if (has_end) end = last->second.offset;
      if (has_position && has_end) lag = last->second.offset - committed->second.offset;
      if (owner != owners.end()) member = owner->second->id;
      rows.push_back(Row{partition.topic, partition.partition, std::move(position), std::move(end),
                         std::move(lag), std::move(member), std::move(metadata)});
    }
    return rows;
  }

  static Value total_lag(const Value& rows) {
    int64_t total = 0;
    bool known = false;
    for (const auto& row : rows.list()) {
      const auto& lag = row.list()[4];
      if (lag.is_null()) continue;
      total += lag.integer();
      known = true;
    }
    return known ? Value(total) : Value();
  }

  std::vector<std::string> chosen(Context& context, Cluster& cluster) const {
    if (!choice_.words.empty() && !choice_.regex) return choose_names(choice_, {}, "group");
    auto list = list_groups(cluster);
    for (const auto& failure : list.failures)
      report_error(context, {{"broker", failure.broker_id}}, failure.error_code, failure.message);
    std::vector<std::string> existing;
    for (const auto& group : list.groups) existing.push_back(group.group);
    return choose_names(choice_, existing, "group");
  }

  /// A group that is not there gets the name that was probably meant.
  static void report_absent(Context& context, Cluster& cluster, const GroupDescription& group) {
    std::vector<std::string> existing;
    for (const auto& listed : list_groups(cluster).groups) existing.push_back(listed.group);
    report_error(context, {{"group", group.group}}, group.error_code,
                 "not found" + did_you_mean(group.group, existing));
  }

  Exit run(Context& context) override {
    auto cluster = connect(context);
    needs<msg::DescribeGroupsRequest>(*cluster, "describing groups by request");
    auto groups = describe_groups(*cluster, chosen(context, *cluster));
    auto offsets = fetch_group_offsets(*cluster, groups);
    auto ends = ends_of(*cluster, groups, offsets);
    auto& report = context.report();
    for (size_t i = 0; i < groups.size(); ++i) {
      const auto& group = groups[i];
      if (group.error_code == static_cast<int16_t>(ErrorCode::group_id_not_found)) {
        report_absent(context, *cluster, group);
        continue;
      }
      if (group.error_code != 0 || !group.message.empty()) {
        report_error(context, {{"group", group.group}}, group.error_code, group.message);
        continue;
      }
      if (offsets[i].error_code != 0 || !offsets[i].message.empty())
        report_error(context, {{"group", group.group}}, offsets[i].error_code, offsets[i].message);
      auto rows = offset_rows(group, offsets[i], ends);
      auto lag = total_lag(rows);
      Value assignor;
      if (!group.assignor.empty()) assignor = group.assignor;
      report.row({group.group, group.type, group.state, std::move(assignor), group.epoch,
                  group.coordinator, group.members.size(), std::move(lag), std::move(rows),
                  member_rows(group)});
    }
    return exit_of(context);
  }
};

}  // namespace

extern const Command group_describe;
const Command group_describe{
    .words = "group describe",
    .summary = "Show members, positions and lag of groups",
    .text =
        R"(Shows each group's state, its members with what they were given, and per partition its position, the
log end, the lag and the member that reads it. Positions of all groups and ends of all partitions are
asked for at once, one request to each broker, so many groups cost little more than one.

A position that was never committed is null (a dash in a table), and so is its lag. A share group's
position is the offset where it starts. Groups need Kafka 0.9 or later; groups that keep their offsets
in ZooKeeper alone are not shown by this version.)",
    .examples = {{"kt group describe billing", "one group"},
                 {"kt group describe", "all groups"},
                 {"kt group describe --regex 'app-.*' -o csv", "positions of many, for a sheet"},
                 {"kt group describe billing -o json", "everything known of it"}},
    .rows = {"groups",
             {{"group", "GROUP", Kind::text, "Name of the group"},
              {"type", "TYPE", Kind::text, "classic, consumer, share or streams"},
              {"state", "STATE", Kind::text, "Stable, Empty and so on"},
              {"assignor", "ASSIGNOR", Kind::text, "What shares out the partitions"},
              {"epoch", "", Kind::integer, "Epoch of the group; null for a classic one"},
              {"coordinator", "COORDINATOR", Kind::integer, "Broker that keeps the group"},
              {"member_count", "MEMBERS", Kind::integer, "Number of members"},
              {"lag", "LAG", Kind::integer, "Records behind, over all partitions"},
              {"offsets",
               "OFFSETS",
               Kind::rows,
               "Position by partition",
               {{"topic", "TOPIC", Kind::text, "Name of the topic"},
                {"partition", "PARTITION", Kind::integer, "Number of the partition"},
                {"offset", "OFFSET", Kind::integer, "The committed position; null without one"},
                {"log_end_offset", "LOG END", Kind::integer, "Offset of the next record written"},
                {"lag", "LAG", Kind::integer, "Records between the two"},
                {"member", "MEMBER", Kind::text, "Member that reads it; null without one"},
                {"metadata", "", Kind::text, "Text committed with the position"}}},
              {"members",
               "MEMBERS",
               Kind::rows,
               "Members of the group",
               {{"member", "MEMBER", Kind::text, "Id of the member"},
                {"instance_id", "", Kind::text, "Its static name; null without one"},
                {"client_id", "CLIENT", Kind::text, "What its client calls itself"},
                {"host", "HOST", Kind::text, "Where it connects from"},
                {"epoch", "", Kind::integer, "Epoch of the member; null in a classic group"},
                {"subscribed_topics", "", Kind::texts, "Topics that it asked for"},
                {"subscribed_regex", "", Kind::text, "Expression that it asked for"},
                {"partitions", "PARTITIONS", Kind::text, "What it was given, in short"},
                {"assignment",
                 "",
                 Kind::rows,
                 "What it was given",
                 {{"topic", "TOPIC", Kind::text, "Name of the topic"},
                  {"partitions", "PARTITIONS", Kind::integers, "Partitions of it"}}}}}}},
    .make = make<GroupDescribe>,
};

}  // namespace kt
