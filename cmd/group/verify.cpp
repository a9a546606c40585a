#include <algorithm>

#include "client/ownership.h"
#include "group_stores.h"

namespace kt {
namespace {

class GroupVerify : public Invocation {
  Choice choice_;
  std::optional<GroupStore> store_;

  std::vector<Argument> arguments() override {
    auto list = choice_.arguments("[GROUP...]", "Groups to verify", Complete::groups);
    list.push_back(store_argument(&store_));
    return list;
  }

  static std::map<std::string, int32_t> partition_counts(Cluster& cluster) {
    std::map<std::string, int32_t> counts;
    for (const auto& topic : describe_topics(cluster).topics)
      if (!topic.partitions.empty())
        counts[topic.name.value_or("")] = static_cast<int32_t>(topic.partitions.size());
    return counts;
  }

  /// False where something is wrong with the group.
  static bool show(Context& context, const std::string& name,
                   const std::vector<OwnershipFinding>& findings) {
    for (const auto& finding : findings) {
      Value member;
      if (!finding.member.empty()) member = finding.member;
      context.report().row({name, finding.kind, finding.topic, finding.partition, std::move(member),
                            finding.message});
    }
    return findings.empty();
  }

  Exit run(Context& context) override {
    GroupStores stores(context, store_);
    context.report();
    auto groups = stores.read(choice_);
    auto counts = partition_counts(stores.cluster());
    std::map<std::string, std::vector<const StoredGroup*>> by_name;
    for (const auto& group : groups)
      if (group.description.error_code == 0) by_name[group.description.group].push_back(&group);
    bool named = !choice_.words.empty() && !choice_.regex;
    bool well = true;
    int64_t verified = 0;
    for (const auto& [name, of_group] : by_name) {
      bool lives = std::any_of(of_group.begin(), of_group.end(), [](const auto* group) {
        return !group->description.members.empty();
      });
      // A group that nobody reads with now is wrong only where it was asked about.
      if (!named && !lives) continue;
      ++verified;
      well &= show(context, name, examine_ownership(of_group, counts));
    }
    if (well && !context.report().has_errors() && context.settings.format == Format::table)
      context.note(verified == 0 ? "no group has members"
                                 : "every partition has exactly one live owner");
    return well ? exit_of(context) : Exit::check;
  }
};

}  // namespace

extern const Command group_verify;
const Command group_verify{
    .words = "group verify",
    .summary = "Verify that every partition of groups has exactly one live owner",
    .text = R"(Looks at what the members of groups subscribe to and own, and names what is wrong:

    no-members    nobody reads with the group
    not-stable    partitions are just being shared out
    unowned       a partition of a subscribed topic that no member reads
    owned-twice   a partition that several members read, as where a group is in Kafka and in ZooKeeper
    owner-absent  an owner in ZooKeeper that is no live member
    topic-absent  a subscribed topic that is not there
    idle-member   a member without partitions

Exit code 3 where anything is. Without names all groups with members are verified. In a share group
several members may read a partition. Where -z names ZooKeeper, groups of consumers before 0.9 are
verified too; those releases have no others.)",
    .examples = {{"kt group verify", "all groups that have members"},
                 {"kt group verify --regex 'app-.*' -o json", "some of them, for a script"}},
    .rows = {"findings",
             {{"group", "GROUP", Kind::text, "Name of the group"},
              {"kind", "KIND", Kind::text, "What is wrong, in a word"},
              {"topic", "TOPIC", Kind::text, "Topic concerned; null where none is"},
              {"partition", "PARTITION", Kind::integer, "Partition concerned; null where none is"},
              {"member", "MEMBER", Kind::text, "Member concerned; null where none is"},
              {"message", "FINDING", Kind::text, "What is wrong"}}},
    .exits = {{Exit::check, "Something is wrong with a group"}},
    .make = make<GroupVerify>,
};

}  // namespace kt
