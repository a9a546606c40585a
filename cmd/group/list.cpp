#include <algorithm>

#include "base/text.h"
#include "client/zookeeper_groups.h"
#include "group_stores.h"
#include "zookeeper/consumers.h"

namespace kt {
namespace {

struct StoredListing {
  GroupStore store;
  GroupListing group;
};

class GroupList : public Invocation {
  Choice choice_;
  std::vector<std::string> states_;
  std::vector<std::string> types_;
  std::optional<GroupStore> store_;

  std::vector<Argument> arguments() override {
    auto list = choice_.arguments("[GROUP...]", "Groups to list", Complete::groups);
    list.push_back({"--state", "STATE", "Only groups in this state", &states_});
    list.push_back({"--type",
                    "TYPE",
                    "Only groups of this type",
                    &types_,
                    {},
                    {"classic", "consumer", "share", "streams"}});
    list.push_back(store_argument(&store_));
    return list;
  }

  static bool among(const std::vector<std::string>& wanted, const std::string& value) {
    return wanted.empty() || std::any_of(wanted.begin(), wanted.end(), [&](const auto& one) {
             return lower(one) == lower(value);
           });
  }

  /// Groups in ZooKeeper as rows of the same kind.
  static std::vector<StoredListing> in_zookeeper(zk::Session& session) {
    std::vector<StoredListing> list;
    for (auto& group : zookeeper_groups(session, zk::group_names(session))) {
      auto& described = group.description;
      list.push_back({GroupStore::zookeeper,
                      {described.group, described.protocol_type, described.state, "", -1}});
    }
    return list;
  }

  /// All groups of all stores, by name.
  static std::vector<StoredListing> listed(Context& context, GroupStores& stores) {
    std::vector<StoredListing> all;
    if (stores.kafka_lists_groups()) {
      auto list = list_groups(stores.cluster());
      for (const auto& failure : list.failures)
        report_error(context, {{"broker", failure.broker_id}}, failure.error_code, failure.message);
      for (auto& group : list.groups) all.push_back({GroupStore::kafka, std::move(group)});
    }
    if (stores.zookeeper())
      for (auto& group : in_zookeeper(*stores.zookeeper())) all.push_back(std::move(group));
    std::stable_sort(all.begin(), all.end(),
                     [](const auto& a, const auto& b) { return a.group.group < b.group.group; });
    return all;
  }

  Exit run(Context& context) override {
    GroupStores stores(context, store_);
    auto list = listed(context, stores);
    std::vector<std::string> existing;
    for (const auto& [store, group] : list) existing.push_back(group.group);
    auto names = choose_names(choice_, existing, "group", false);
    bool names_only = context.settings.quiet && context.settings.format == Format::table;
    auto& report = context.report();
    std::string last;
    for (const auto& [store, group] : list) {
      if (!std::binary_search(names.begin(), names.end(), group.group)) continue;
      if (!among(states_, group.state) || !among(types_, group.type)) continue;
      if (names_only) {
        if (group.group != last) context.out.write(group.group + '\n');
        last = group.group;
        continue;
      }
      Value type, state, protocol_type, coordinator;
      if (!group.type.empty()) type = group.type;
      if (!group.state.empty()) state = group.state;
      if (!group.protocol_type.empty()) protocol_type = group.protocol_type;
      if (group.coordinator >= 0) coordinator = group.coordinator;
      report.row({group.group, std::move(type), std::move(state), std::move(protocol_type),
                  std::move(coordinator), name_of(store)});
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
told from Kafka 2.6 on, types from 3.8. Where -z names ZooKeeper, the groups of consumers before 0.9 are
listed too; those releases have no others.

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
              {"coordinator", "COORDINATOR", Kind::integer, "Broker that keeps the group"},
              {"store", "STORE", Kind::text, "Where it is kept: kafka or zookeeper"}}},
    .make = make<GroupList>,
};

}  // namespace kt
