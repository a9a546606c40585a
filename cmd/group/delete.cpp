#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "client/zookeeper_groups.h"
#include "group_stores.h"
#include "needs.h"
#include "protocol/errors.h"
#include "protocol/msg/delete_groups.h"

namespace kt {
namespace {

class GroupDelete : public Invocation {
  Choice choice_;
  bool if_exists_ = false;
  std::optional<GroupStore> store_;

  std::vector<Argument> arguments() override {
    auto list = choice_.arguments("GROUP...", "Groups to delete", Complete::groups);
    list.push_back({"--if-exists", "", "A group that is not there is no error", &if_exists_});
    list.push_back(store_argument(&store_));
    return list;
  }

  bool is_absent(const Outcome& outcome) const {
    return outcome.error_code == static_cast<int16_t>(ErrorCode::group_id_not_found);
  }

  /// What a deletion would meet: a group with members is refused.
  static Outcome foreseen(const GroupDescription& group) {
    auto code = group.error_code;
    if (code == 0 && !group.members.empty())
      code = static_cast<int16_t>(ErrorCode::non_empty_group);
    return {group.group, code, group.message};
  }

  static std::vector<Outcome> deleted(GroupStores& stores, const std::vector<StoredGroup>& groups) {
    std::vector<std::string> in_kafka;
    for (const auto& group : groups)
      if (group.store == GroupStore::kafka) in_kafka.push_back(group.description.group);
    auto of_kafka = delete_groups(stores.cluster(), in_kafka);
    std::vector<Outcome> outcomes;
    size_t next = 0;
    for (const auto& group : groups)
      outcomes.push_back(
          group.store == GroupStore::kafka
              ? of_kafka[next++]
              : delete_zookeeper_group(*stores.zookeeper(), group.description.group));
    return outcomes;
  }

  static std::vector<std::string> items_of(const std::vector<StoredGroup>& groups) {
    std::vector<std::string> items;
    for (const auto& [store, group, offsets, in_zookeeper] : groups)
      items.push_back(fmt::format("{}  {}, {}{}", group.group,
                                  group.state.empty() ? "of unknown state" : lower(group.state),
                                  counted(static_cast<int64_t>(group.members.size()), "member"),
                                  store == GroupStore::kafka ? "" : ", in ZooKeeper"));
    return items;
  }

  Exit run(Context& context) override {
    GroupStores stores(context, store_);
    context.report();
    auto groups = stores.read(choice_, if_exists_);
    if (std::any_of(groups.begin(), groups.end(),
                    [](const auto& group) { return group.store == GroupStore::kafka; }))
      needs<msg::DeleteGroupsRequest>(stores.cluster(), "deleting groups", BeforeThat::nowhere);
    if (groups.empty()) return exit_of(context);
    bool really =
        context.confirm("This deletes " + counted(static_cast<int64_t>(groups.size()), "group") +
                            " with the positions of their consumers:",
                        items_of(groups));
    std::vector<Outcome> outcomes;
    if (really)
      outcomes = deleted(stores, groups);
    else
      for (const auto& group : groups) outcomes.push_back(foreseen(group.description));
    for (size_t i = 0; i < groups.size(); ++i) {
      const auto& outcome = outcomes[i];
      if (is_absent(outcome) && if_exists_) continue;
      if (outcome.error_code != 0 || !outcome.message.empty())
        report_error(context, "group", outcome);
      else
        context.report().row(
            {outcome.name, really ? "deleted" : "would be deleted", name_of(groups[i].store)});
    }
    return exit_of(context);
  }
};

}  // namespace

extern const Command group_delete;
const Command group_delete{
    .words = "group delete",
    .summary = "Delete groups without members, and their positions",
    .text =
        R"(Shows what it will delete and asks; --yes does not ask, and without a terminal there must be a --yes.
A group with members is refused by its coordinator; the others are still deleted. An expression needs
--regex. Groups in Kafka are deleted from 1.1 on; those that consumers before 0.9 keep in ZooKeeper on
every release, where -z names it. A group that is in both goes from both, unless --store says where.)",
    .examples = {{"kt group delete billing --yes", "one group, without a question"},
                 {"kt group delete --regex 'test-.*' --dry-run", "which groups would go?"},
                 {"kt group list -q --state empty | kt group delete - --yes",
                  "names from another command"}},
    .rows = {"groups",
             {{"group", "GROUP", Kind::text, "Name of the group"},
              {"result", "RESULT", Kind::text, "deleted or would be deleted"},
              {"store", "STORE", Kind::text, "Where it was kept: kafka or zookeeper"}}},
    .destroys = true,
    .make = make<GroupDelete>,
};

}  // namespace kt
