#include <set>

#include "base/text.h"
#include "client/positions.h"
#include "offsets/change.h"
#include "protocol/errors.h"

namespace kt {
namespace {

class OffsetsSet : public Invocation {
  std::string group_;
  Choice topics_;
  Selection partitions_;
  std::optional<Position> at_;
  ChangeFlags flags_;

  std::vector<Argument> arguments() override {
    std::vector<Argument> list = {
        {"GROUP", "", "The group", &group_, Complete::groups},
        {"[TOPIC...]", "", "Topics; without any those that the group has positions in",
         &topics_.words, Complete::topics},
        {"--partition", "0,3-5", "Only these partitions", &partitions_, Complete::partitions},
        {"--at", "POSITION", "earliest, latest, a number, +N or -N from either end, @TIME", &at_}};
    for (auto& flag : flags_.arguments()) list.push_back(std::move(flag));
    return list;
  }

  /// The topics typed, or those that the group has positions in.
  Choice chosen_topics(GroupStores& stores) const {
    if (!topics_.words.empty()) return topics_;
    Choice choice;
    choice.words = {group_};
    std::set<std::string> topics;
    for (const auto& group : stores.read(choice))
      for (const auto& [partition, committed] : group.offsets.partitions)
        topics.insert(partition.topic);
    choice.words.assign(topics.begin(), topics.end());
    return choice;
  }

  Exit run(Context& context) override {
    if (!at_)
      throw Error("where to is not given", Exit::usage,
                  "--at earliest, latest, 1200, +10, -10, @2026-11-22T10:00:00Z or @-1h");
    GroupStores stores(context, flags_.store);
    context.report();
    auto choice = chosen_topics(stores);
    if (choice.words.empty()) {
      if (!context.report().has_errors())
        report_error(context, {{"group", group_}}, 0, "it has no position: name the topics");
      return exit_of(context);
    }
    auto topics = choose_topics(context, stores.cluster(), choice);
    auto partitions = choose_partitions(context, topics, partitions_);
    std::vector<FilePosition> wanted;
    for (const auto& placed : place_offsets(stores.cluster(), partitions, *at_)) {
      const auto& at = placed.at.partition;
      if (placed.at.error_code != 0)
        report_error(context, {{"topic", at.topic}, {"partition", at.partition}},
                     placed.at.error_code, "");
      else
        wanted.push_back({group_, at, placed.at.offset});
    }
    return change_positions(context, stores, wanted, flags_);
  }
};

}  // namespace

extern const Command offsets_set;
const Command offsets_set{
    .words = "offsets set",
    .summary = "Set a group's positions",
    .text =
        R"(Sets the positions of a group in all partitions of topics, or in those of --partition, to where --at is:
earliest, latest, a number, +N after the first, -N before the end, or @TIME (the first record at or
after it; the end where nothing is that young). Numbers are kept within what each partition holds.
Shows for each partition the position before, after, and the records between.

A group with live members is refused, for they would go on from where they are; --force tries all the
same. From Kafka 0.9 on coordinators themselves refuse while there are members: stop them. Positions go
to where the group has them, Kafka or ZooKeeper; --store says which where it is both, and for a new
group. A share group's start offsets are set likewise (Kafka 4.1 or later).)",
    .examples = {{"kt offsets set billing --at earliest --dry-run",
                  "what would reading anew mean?"},
                 {"kt offsets set billing orders --at @-1h", "an hour back"},
                 {"kt offsets set billing orders --partition 3 --at 1200", "past a bad record"}},
    .rows = changed_positions(),
    .changes = true,
    .make = make<OffsetsSet>,
};

}  // namespace kt
