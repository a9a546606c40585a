#include <algorithm>

#include "base/text.h"
#include "chosen.h"
#include "connect.h"
#include "needs.h"
#include "protocol/msg/list_groups.h"

namespace kt {
namespace {

class GroupList : public Invocation {
  Choice choice_;
  std::vector<std::string> states_;
  std::vector<std::string> types_;

  std::vector<Argument> arguments() override {
    auto list = choice_.arguments("[GROUP...]", "Groups to list", Complete::groups);
    list.push_back({"--state", "STATE", "Only groups in this state", &states_});
    list.push_back({"--type",
                    "TYPE",
                    "Only groups of this type",
                    &types_,
                    {},
                    {"classic", "consumer", "share", "streams"}});
    return list;
  }

  static bool among(const std::vector<std::string>& wanted, const std::string& value) {
    return wanted.empty() || std::any_of(wanted.begin(), wanted.end(), [&](const auto& one) {
             return lower(one) == lower(value);
           });
  }

  Exit run(Context& context) override {
    auto cluster = connect(context);
    needs<msg::ListGroupsRequest>(*cluster, "listing groups by request");
    auto list = list_groups(*cluster);
    for (const auto& failure : list.failures)
      report_error(context, {{"broker", failure.broker_id}}, failure.error_code, failure.message);
    std::vector<std::string> existing;
    for (const auto& group : list.groups) existing.push_back(group.group);
    auto names = choose_names(choice_, existing, "group", false);
    bool names_only = context.settings.quiet && context.settings.format == Format::table;
    auto& report = context.report();
    for (const auto& group : list.groups) {
      if (!std::binary_search(names.begin(), names.end(), group.group)) continue;
      if (!among(states_, group.state) || !among(types_, group.type)) continue;
      if (names_only) {
        context.out.write(group.group + '\n');
        continue;
      }
      Value type, state, protocol_type;
      if (!group.type.empty()) type = group.type;
      if (!group.state.empty()) state = group.state;
      if (!group.protocol_type.empty()) protocol_type = group.protocol_type;
      report.row({group.group, std::move(type), std::move(state), std::move(protocol_type),
                  group.coordinator});
    }
    if (!choice_.regex)
      for (const auto& name : choice_.words)
        if (std::find(existing.begin(), existing.end(), name) == existing.end())
          report_error(context, {{"group", name}}, 0, "not found" + did_you_mean(name, existing));
    return exit_of(context);
  }
};

}  // namespace

extern const Command group_list;
const Command group_list{
    .words = "group list",
    .summary = "List consumer groups and groups of other kinds",
    .text =
        R"(Asks all brokers at once for the groups that they coordinate: classic ones (consumers, Connect and so
on), consumer groups of the new protocol, share and streams groups where there are some. States are
told from Kafka 2.6 on, types from 3.8. Groups need 0.9 or later; groups that keep their offsets in
ZooKeeper alone are not shown by this version.

A broker that cannot be asked is an error, and the groups of the others are listed.)",
    .examples = {{"kt group list", "all groups"},
                 {"kt group list --state empty", "those without members"},
                 {"kt group list -q --regex 'test-.*'", "names alone, one a line"},
                 {"kt group list --type share -o json", "share groups, as JSON"}},
    .rows = {"groups",
             {{"group", "GROUP", Kind::text, "Name of the group"},
              {"type", "TYPE", Kind::text, "classic, consumer, share, streams; null before 3.8"},
              {"state", "STATE", Kind::text, "Stable, Empty and so on; null before 2.6"},
              {"protocol_type", "PROTOCOL", Kind::text,
               "What the members are, such as consumer; null without any"},
              {"coordinator", "COORDINATOR", Kind::integer, "Broker that keeps the group"}}},
    .make = make<GroupList>,
};

}  // namespace kt
