#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "client/positions.h"
#include "files.h"
#include "offsets/change.h"
#include "protocol/errors.h"

namespace kt {
namespace {

class OffsetsImport : public Invocation {
  std::string file_;
  std::string group_;
  std::optional<PositionsFormat> format_;
  ChangeFlags flags_;

  std::vector<Argument> arguments() override {
    std::vector<Argument> list = {
        {"FILE", "", "File with positions; - for stdin", &file_, Complete::files},
        {"--group", "GROUP", "The group, where the file tells none or another", &group_,
         Complete::groups},
        format_argument(&format_)};
    for (auto& flag : flags_.arguments()) list.push_back(std::move(flag));
    return list;
  }

  std::vector<FilePosition> read() const {
    auto text = read_input(file_);
    auto positions =
        parse_positions(text, format_.value_or(guess_format(text)), file_ == "-" ? "stdin" : file_);
    if (positions.empty())
      throw Error((file_ == "-" ? "stdin" : in_quotes(file_)) + ": no position is in it",
                  Exit::usage, "kt offsets export makes such files");
    bool several = std::any_of(positions.begin(), positions.end(), [&](const auto& position) {
      return position.group != positions.front().group;
    });
    if (!group_.empty() && several)
      throw Error("the file has positions of several groups, and --group names one", Exit::usage);
    for (auto& position : positions) {
      if (!group_.empty()) position.group = group_;
      if (position.group.empty())
        throw Error("the file does not say which group it is of", Exit::usage, "--group NAME does");
    }
    return positions;
  }

  /// Leaves out what has no partition, and says how many positions their partitions do not hold.
  static std::vector<FilePosition> possible(Context& context, Cluster& cluster,
                                            std::vector<FilePosition> positions) {
    std::set<TopicPartition> named;
    for (const auto& position : positions) named.insert(position.partition);
    std::map<TopicPartition, PlacedOffset> places;
    for (auto& place :
         place_offsets(cluster, {named.begin(), named.end()}, {Position::Kind::latest, 0}))
      places.emplace(place.at.partition, std::move(place));
    std::vector<FilePosition> kept;
    int64_t outside = 0;
    for (auto& position : positions) {
      const auto& place = places[position.partition];
      if (place.at.error_code != 0) {
        report_error(context,
                     {{"group", position.group},
                      {"topic", position.partition.topic},
                      {"partition", position.partition.partition}},
                     place.at.error_code,
                     place.at.error_code == ErrorCode::unknown_topic_or_partition
                         ? "not in the cluster (kt topic list shows what is there)"
                         : "");
        continue;
      }
      outside += position.offset < place.earliest || position.offset > place.latest ? 1 : 0;
      kept.push_back(std::move(position));
    }
    if (outside > 0)
      context.warn(counted(outside, "position") +
                   " outside of what the partitions hold: consumers go there by their own rule, "
                   "auto.offset.reset");
    return kept;
  }

  Exit run(Context& context) override {
    auto positions = read();
    GroupStores stores(context, flags_.store);
    context.report();
    return change_positions(context, stores,
                            possible(context, stores.cluster(), std::move(positions)), flags_);
  }
};

}  // namespace

extern const Command offsets_import;
const Command offsets_import{
    .words = "offsets import",
    .summary = "Read positions of groups from a file",
    .text =
        R"(Sets positions from a file of `kt offsets export`, of Kafka's ExportZkOffsets, or of
kafka-consumer-groups --export; which of them it is, is seen from the file. --group gives the group to
files that tell none, and another one to those that do: a group is copied that way.

Everything is read and checked before anything is written. Positions are taken as they stand; those that
lie outside of what a partition holds are counted in a warning. Partitions that are not there are
errors, and the rest is done. Shows the position before and after, and the records between.

A group with live members is refused, for they would go on from where they are; --force tries all the
same. Positions go to where the group has them, Kafka or ZooKeeper; --store says which: a group moves
from one to the other by export and import.)",
    .examples = {{"kt offsets export billing | kt offsets import - --group billing-copy",
                  "another group at the same place"},
                 {"kt offsets import positions.json --dry-run", "what would change?"},
                 {"kt offsets import zk-offsets.txt --store kafka",
                  "from ExportZkOffsets to Kafka: the group moves"}},
    .rows = changed_positions(),
    .changes = true,
    .make = make<OffsetsImport>,
};

}  // namespace kt
