// Positions of groups in the source as positions in the target.
#include "mirror/translate.h"

#include <map>

#include "client/group_commit.h"
#include "mirror/pair.h"
#include "protocol/errors.h"

namespace kt {
namespace {

class MirrorTranslate : public Invocation {
  MirrorPair pair_;
  std::vector<std::string> groups_;
  /// MirrorMaker 2's, where it was there before.
  std::optional<std::map<TopicPartition, std::vector<mirror::OffsetSync>>> syncs_;

  std::vector<Argument> arguments() override {
    auto list = pair_.cluster_arguments();
    list.insert(list.begin(), {"GROUP...", "", "Groups of the source, with what they committed",
                               &groups_, Complete::groups});
    return list;
  }

  struct Item {
    TopicPartition source;
    mirror::TargetPartition target;
    int64_t source_offset;
    mirror::Translation found;
  };

  std::vector<Item> translate(const GroupOffsets& group) {
    std::vector<Item> items;
    std::vector<mirror::TargetPartition> targets;
    for (const auto& [partition, committed] : group.partitions) {
      if (committed.offset < 0) continue;
      TopicPartition target{pair_.target_name(partition.topic), partition.partition};
      mirror::TargetPartition copy{
          target, mirror::RunIds(pair_.name(), pair_.source_id(), partition), partition};
      items.push_back({partition, copy, committed.offset, {}});
      targets.push_back(copy);
    }
    auto positions = pair_.positions(targets);
    for (size_t i = 0; i < items.size(); ++i) {
      auto& item = items[i];
      if (positions[i].error)
        item.found.why_not = positions[i].error->message();
      else
        item.found = mirror::translate(pair_.source(), item.source, pair_.target(), item.target,
                                       positions[i], item.source_offset);
      bool is_others = item.found.is_before_all || !positions[i].source_position;
      if (syncs_ && is_others && !positions[i].error)
        item.found = mirror::translate_by_syncs(pair_.source(), item.source, pair_.target(),
                                                item.target.partition, (*syncs_)[item.source],
                                                positions[i], item.source_offset);
    }
    return items;
  }

  Exit run(Context& context) override {
    pair_.open(context);
    context.report();
    syncs_ = pair_.offset_syncs();
    auto described = describe_groups(pair_.source(), groups_);
    auto all = fetch_group_offsets(pair_.source(), described);
    auto there = describe_groups(pair_.target(), groups_);
    for (size_t g = 0; g < all.size(); ++g) {
      if (all[g].error_code != 0 || all[g].partitions.empty()) {
        report_error(context, {{"group", all[g].group}}, all[g].error_code,
                     all[g].error_code != 0 ? all[g].message : "it has committed nothing");
        continue;
      }
      auto items = translate(all[g]);
      std::vector<NewPosition> wanted;
      std::vector<const Item*> translated;
      for (const auto& item : items) {
        if (item.found.offset) {
          wanted.push_back({item.target.partition, *item.found.offset});
          translated.push_back(&item);
          continue;
        }
        report_error(context,
                     {{"group", all[g].group},
                      {"topic", item.source.topic},
                      {"partition", item.source.partition}},
                     0, item.found.why_not);
      }
      commit(context, there[g], wanted, translated);
    }
    return exit_of(context);
  }

  void commit(Context& context, const GroupDescription& group,
              const std::vector<NewPosition>& wanted, const std::vector<const Item*>& items) {
    std::vector<CommitOutcome> outcomes(wanted.size());
    if (!context.settings.dry_run && !wanted.empty())
      outcomes = commit_to_kafka(pair_.target(), group, wanted);
    for (size_t i = 0; i < items.size(); ++i) {
      const auto& item = *items[i];
      if (outcomes[i].error_code != 0 || !outcomes[i].message.empty()) {
        report_error(context,
                     {{"group", group.group},
                      {"topic", item.target.partition.topic},
                      {"partition", item.target.partition.partition}},
                     outcomes[i].error_code, outcomes[i].message);
        continue;
      }
      context.report().row({group.group, item.source.topic, item.source.partition,
                            item.source_offset, item.target.partition.topic, wanted[i].offset,
                            context.settings.dry_run ? "would be set" : "set"});
    }
  }
};

}  // namespace

extern const Command mirror_translate;
const Command mirror_translate{
    .words = "mirror translate",
    .summary = "Move groups' positions to the copies of their topics",
    .text =
        R"(Takes what each group has committed in the source, finds the same place in the target, exactly, and
commits it there under the same name. --name and --rename must be those of the mirror. --dry-run only shows.

The target position is that of the first copied record at or after the source's, read off the target's own
batches. A position beyond what has been copied, or at records that the target no longer has, is an error
of that partition, never a guess. Stop the group's members in the source first; in the target it must have
none. With MirrorMaker 2's file (--mm2), positions in what it copied are translated from its offset syncs,
the records after them compared one by one.)",
    .examples = {{"kt mirror translate billing --from east --to west --dry-run",
                  "where would it go on?"},
                 {"kt mirror translate billing --from east --to west", "one group, moved"}},
    .rows = {"positions",
             {{"group", "GROUP", Kind::text, "Name of the group, in both"},
              {"topic", "TOPIC", Kind::text, "Name of the topic in the source"},
              {"partition", "PARTITION", Kind::integer, "Number of the partition, in both"},
              {"offset", "OFFSET", Kind::integer, "The group's position in the source"},
              {"target_topic", "TARGET", Kind::text, "Name of the topic in the target"},
              {"target_offset", "TARGET OFFSET", Kind::integer, "The same place there"},
              {"result", "RESULT", Kind::text, "set or would be set"}}},
    .exits = {{Exit::failed, "At least one position could not be translated or committed"}},
    .connects = false,
    .changes = true,
    .make = make<MirrorTranslate>,
};

}  // namespace kt
