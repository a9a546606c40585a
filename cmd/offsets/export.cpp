#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "files.h"
#include "group_stores.h"
#include "offsets/positions_file.h"

namespace kt {
namespace {

class OffsetsExport : public Invocation {
  Choice choice_;
  std::vector<std::string> topics_;
  std::optional<PositionsFormat> format_;
  std::optional<GroupStore> store_;
  std::string into_;
  bool overwrite_ = false;

  std::vector<Argument> arguments() override {
    auto list = choice_.arguments("[GROUP...]", "Groups to export", Complete::groups);
    list.push_back({"--topic", "TOPIC", "Only this topic", &topics_, Complete::topics});
    list.push_back(format_argument(&format_));
    list.push_back(store_argument(&store_));
    list.push_back({"--into", "FILE", "Write to this file", &into_, Complete::files});
    list.push_back({"--overwrite", "", "Replace the file", &overwrite_});
    return list;
  }

  /// ExportZkOffsets writes partitions as ZooKeeper lists them.
  std::vector<TopicPartition> order_of(const StoredGroup& group) const {
    std::vector<TopicPartition> order;
    if (format_ == PositionsFormat::zk && group.in_zookeeper)
      for (const auto& [topic, number] : group.in_zookeeper->listed)
        order.push_back({topic, number});
    else
      for (const auto& [partition, committed] : group.offsets.partitions)
        order.push_back(partition);
    return order;
  }

  std::vector<FilePosition> positions_of(const std::vector<StoredGroup>& groups) const {
    std::vector<FilePosition> positions;
    for (const auto& group : groups)
      for (const auto& partition : order_of(group)) {
        const auto& committed = *group.offsets.partitions.find(partition);
        bool wanted = topics_.empty() ||
                      std::find(topics_.begin(), topics_.end(), partition.topic) != topics_.end();
        if (wanted && committed.offset >= 0)
          positions.push_back(
              {group.description.group, partition, committed.offset, committed.metadata});
      }
    return positions;
  }

  /// A file has one position for a partition of a group, so one store.
  static void refuse_both_stores(const std::vector<StoredGroup>& groups) {
    for (size_t i = 1; i < groups.size(); ++i)
      if (groups[i].description.group == groups[i - 1].description.group &&
          !groups[i].offsets.partitions.empty() && !groups[i - 1].offsets.partitions.empty())
        throw Error(fmt::format("group {} has positions both in Kafka and in ZooKeeper",
                                in_quotes(groups[i].description.group)),
                    Exit::usage, "say which with --store kafka or --store zookeeper");
  }

  std::string in_foreign_format(const std::vector<FilePosition>& positions) const {
    std::set<std::string_view> groups;
    for (const auto& position : positions) groups.insert(position.group);
    std::string text;
    for (const auto& position : positions)
      format_ == PositionsFormat::zk ? append_zk_line(text, position)
                                     : append_csv_line(text, position, groups.size() > 1);
    return text;
  }

  static void fill(Report& report, const std::vector<FilePosition>& positions) {
    for (const auto& position : positions)
      report.row({position.group, position.partition.topic, position.partition.partition,
                  position.offset, position.metadata});
  }

  std::string in_own_format(Context& context, const std::vector<FilePosition>& positions) const {
    std::string text;
    Sink out(text);
    Report report(context.command.rows, {.format = Format::json}, out, context.err);
    fill(report, positions);
    report.finish();
    return text;
  }

  Exit run(Context& context) override {
    if (!into_.empty()) check_output(into_, overwrite_);
    bool as_rows = !format_ && into_.empty() && !context.settings.output.empty();
    GroupStores stores(context, store_);
    auto groups = stores.read(choice_);
    refuse_both_stores(groups);
    auto positions = positions_of(groups);
    if (as_rows) {
      fill(context.report(), positions);
      return exit_of(context);
    }
    bool own = format_.value_or(PositionsFormat::json) == PositionsFormat::json;
    auto text = own ? in_own_format(context, positions) : in_foreign_format(positions);
    if (into_.empty())
      context.out.write(text);
    else
      write_output(into_, text);
    return exit_of(context);
  }
};

}  // namespace

extern const Command offsets_export;
const Command offsets_export{
    .words = "offsets export",
    .summary = "Write positions of groups to a file",
    .text =
        R"(Writes what groups have committed, for `kt offsets import` or for Kafka's own tools:

    json       with group, topic, partition, offset and metadata; what is written unless said
    zk         lines of ExportZkOffsets: /consumers/G/offsets/T/P:N
    kafka-csv  what kafka-consumer-groups --reset-offsets --export writes: topic,partition,offset for one
               group, group,topic,partition,offset for several

To stdout, or with --into to a file, which is there whole or not at all and replaces another one only
with --overwrite. -o prints the same rows as a table, CSV and so on.)",
    .examples = {{"kt offsets export billing >billing.json", "before an upgrade"},
                 {"kt offsets export billing --format kafka-csv --into billing.csv",
                  "for kafka-consumer-groups --from-file"},
                 {"kt offsets export --regex 'app-.*' -o tsv", "positions of many groups"}},
    .rows = {"offsets",
             {{"group", "GROUP", Kind::text, "Name of the group"},
              {"topic", "TOPIC", Kind::text, "Name of the topic"},
              {"partition", "PARTITION", Kind::integer, "Number of the partition"},
              {"offset", "OFFSET", Kind::integer, "The committed position"},
              {"metadata", "METADATA", Kind::text, "Text committed with it"}}},
    .make = make<OffsetsExport>,
};

}  // namespace kt
