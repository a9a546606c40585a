#include <fmt/format.h>

#include "base/text.h"
#include "chosen.h"
#include "connect.h"
#include "needs.h"
#include "protocol/errors.h"
#include "protocol/msg/delete_groups.h"

namespace kt {
namespace {

class GroupDelete : public Invocation {
  Choice choice_;
  bool if_exists_ = false;

  std::vector<Argument> arguments() override {
    auto list = choice_.arguments("GROUP...", "Groups to delete", Complete::groups);
    list.push_back({"--if-exists", "", "A group that is not there is no error", &if_exists_});
    return list;
  }

  std::vector<std::string> names(Cluster& cluster) const {
    std::vector<std::string> existing;
    if (choice_.regex)
      for (auto& group : list_groups(cluster).groups) existing.push_back(std::move(group.group));
    return choose_names(choice_, existing, "group");
  }

  bool is_absent(const Outcome& outcome) const {
    return outcome.error_code == static_cast<int16_t>(ErrorCode::group_id_not_found);
  }

  /// What a deletion would meet: groups that are absent or have members are refused.
  static std::vector<Outcome> foresee(const std::vector<GroupDescription>& groups) {
    std::vector<Outcome> outcomes;
    for (const auto& group : groups) {
      auto code = group.error_code;
      if (code == 0 && !group.members.empty())
        code = static_cast<int16_t>(ErrorCode::non_empty_group);
      outcomes.push_back({group.group, code, group.message});
    }
    return outcomes;
  }

  static std::vector<std::string> items_of(const std::vector<GroupDescription>& groups) {
    std::vector<std::string> items;
    for (const auto& group : groups)
      items.push_back(fmt::format("{}  {}, {}", group.group,
                                  group.error_code == 0 ? lower(group.state) : "not found",
                                  counted(static_cast<int64_t>(group.members.size()), "member")));
    return items;
  }

  Exit run(Context& context) override {
    auto cluster = connect(context);
    needs<msg::DeleteGroupsRequest>(*cluster, "deleting groups", BeforeThat::nowhere);
    auto chosen = names(*cluster);
    auto groups = describe_groups(*cluster, chosen);
    bool really =
        context.confirm("This deletes " + counted(static_cast<int64_t>(chosen.size()), "group") +
                            " with the positions of their consumers:",
                        items_of(groups));
    context.report();
    for (const auto& outcome : really ? delete_groups(*cluster, chosen) : foresee(groups)) {
      if (is_absent(outcome) && if_exists_) continue;
      if (outcome.error_code != 0 || !outcome.message.empty())
        report_error(context, "group", outcome);
      else
        context.report().row({outcome.name, really ? "deleted" : "would be deleted"});
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
--regex. Needs Kafka 1.1 or later.)",
    .examples = {{"kt group delete billing --yes", "one group, without a question"},
                 {"kt group delete --regex 'test-.*' --dry-run", "which groups would go?"},
                 {"kt group list -q --state empty | kt group delete - --yes",
                  "names from another command"}},
    .rows = {"groups",
             {{"group", "GROUP", Kind::text, "Name of the group"},
              {"result", "RESULT", Kind::text, "deleted or would be deleted"}}},
    .destroys = true,
    .make = make<GroupDelete>,
};

}  // namespace kt
