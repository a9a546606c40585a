#include <algorithm>

#include "base/text.h"
#include "client/group_lag.h"
#include "group_stores.h"

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
  std::optional<GroupStore> store_;

  std::vector<Argument> arguments() override {
    auto list = choice_.arguments("[GROUP...]", "Groups to describe", Complete::groups);
    list.push_back(store_argument(&store_));
    return list;
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

  static Value offset_rows(const GroupLag& group) {
    auto text = [](const std::string& value) { return value.empty() ? Value() : Value(value); };
    Value::List rows;
    for (const auto& lag : group.partitions)
      rows.push_back(Row{lag.partition.topic, lag.partition.partition, lag.position, lag.log_end,
                         lag.lag, text(lag.owner), text(lag.metadata)});
    return rows;
  }

  Exit run(Context& context) override {
    GroupStores stores(context, store_);
    auto& report = context.report();
    auto groups = stores.read(choice_);
    measure_lag(stores.cluster(), groups, false, [&](const GroupLag& lag) {
      const auto& group = lag.group->description;
      if (group.error_code != 0 || !group.message.empty()) return;
      Value type, state, assignor, coordinator;
      if (!group.type.empty()) type = group.type;
      if (!group.state.empty()) state = group.state;
      if (!group.assignor.empty()) assignor = group.assignor;
      if (group.coordinator >= 0) coordinator = group.coordinator;
      report.row({group.group, std::move(type), std::move(state), std::move(assignor), group.epoch,
                  std::move(coordinator), group.members.size(), lag.total(), offset_rows(lag),
                  member_rows(group), name_of(lag.group->store)});
    });
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
position is the offset where it starts. Where -z names ZooKeeper, the groups that consumers before 0.9
keep there are shown too; a group that is in both is shown twice.)",
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
                  {"partitions", "PARTITIONS", Kind::integers, "Partitions of it"}}}}},
              {"store", "STORE", Kind::text, "Where it is kept: kafka or zookeeper"}}},
    .make = make<GroupDescribe>,
};

}  // namespace kt
