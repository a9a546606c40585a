#include <map>

#include "base/text.h"
#include "chosen.h"
#include "client/positions.h"
#include "connect.h"
#include "needs.h"
#include "protocol/errors.h"
#include "protocol/msg/delete_records.h"

namespace kt {
namespace {

class TopicTrim : public Invocation {
  Choice choice_;
  Selection partitions_;
  std::optional<Position> at_;

  std::vector<Argument> arguments() override {
    auto list = choice_.arguments("TOPIC...", "Topics to trim", Complete::topics);
    list.push_back(
        {"--partition", "0,3-5", "Only these partitions", &partitions_, Complete::partitions});
    list.push_back({"--at", "POSITION",
                    "The first record that stays: a number, @TIME, -N before the end, latest",
                    &at_});
    return list;
  }

  /// Where each partition is cut; those without anything before the position are left out.
  std::vector<PlacedOffset> cuts(Context& context, Cluster& cluster,
                                 const std::vector<TopicPartition>& partitions) const {
    std::vector<PlacedOffset> cuts;
    for (auto& placed : place_offsets(cluster, partitions, *at_)) {
      const auto& at = placed.at.partition;
      if (placed.at.error_code != 0)
        report_error(context, {{"topic", at.topic}, {"partition", at.partition}},
                     placed.at.error_code, "");
      else
        cuts.push_back(std::move(placed));
    }
    return cuts;
  }

  static Row row_of(const PlacedOffset& cut, int64_t low_watermark, std::string_view result) {
    const auto& at = cut.at.partition;
    return {at.topic,      at.partition, cut.earliest,
            low_watermark, cut.latest,   low_watermark - cut.earliest,
            result};
  }

  Exit run(Context& context) override {
    if (!at_)
      throw Error("where to cut is not given", Exit::usage,
                  "--at latest drops everything, --at @-7d what is older than a week");
    auto cluster = connect(context);
    needs<msg::DeleteRecordsRequest>(*cluster, "dropping records by request", BeforeThat::nowhere);
    context.report();
    auto topics = choose_topics(context, *cluster, choice_);
    auto all = cuts(context, *cluster, choose_partitions(context, topics, partitions_));
    std::vector<std::string> items;
    std::vector<Trim> trims;
    int64_t records = 0;
    for (const auto& cut : all) {
      auto count = cut.at.offset - cut.earliest;
      if (count <= 0) continue;
      records += count;
      trims.push_back({cut.at.partition, cut.at.offset});
      items.push_back(cut.at.partition.topic + " " + std::to_string(cut.at.partition.partition) +
                      "  offsets " + std::to_string(cut.earliest) + " to " +
                      std::to_string(cut.at.offset - 1));
    }
    bool really =
        trims.empty() ||
        context.confirm("This drops up to " + counted(records, "record") + " of " +
                            counted(static_cast<int64_t>(trims.size()), "partition") + ":",
                        items);
    std::map<TopicPartition, TrimmedPartition> trimmed;
    if (really && !trims.empty())
      for (auto& one : delete_records(*cluster, trims)) trimmed.emplace(one.partition, one);
    for (const auto& cut : all) {
      if (cut.at.offset <= cut.earliest) {
        context.report().row(row_of(cut, cut.earliest, "nothing to drop"));
      } else if (!really) {
        context.report().row(row_of(cut, cut.at.offset, "would be dropped"));
      } else if (const auto& one = trimmed[cut.at.partition]; one.error_code != 0) {
        const auto& at = cut.at.partition;
        report_error(context, {{"topic", at.topic}, {"partition", at.partition}}, one.error_code,
                     "");
      } else {
        context.report().row(row_of(cut, one.low_watermark, "dropped"));
      }
    }
    return exit_of(context);
  }
};

}  // namespace

extern const Command topic_trim;
const Command topic_trim{
    .words = "topic trim",
    .summary = "Drop the oldest records of topics",
    .text =
        R"(Drops the records before a position: an offset, +N from the start, -N from the end, @TIME (what is older
goes; everything where nothing is younger), latest (everything). Records go only from the front; the
offsets of those that stay do not change. Shows what will go and asks; --yes does not ask.

Brokers refuse for topics whose cleanup.policy is compact alone. Needs Kafka 0.11 or later.)",
    .examples = {{"kt topic trim orders --at @-7d --dry-run", "how much is older than a week?"},
                 {"kt topic trim orders --at latest --yes", "an empty topic, offsets go on"},
                 {"kt topic trim orders --partition 3 --at 120000 --yes",
                  "one partition up to an offset"}},
    .rows = {"partitions",
             {{"topic", "TOPIC", Kind::text, "Name of the topic"},
              {"partition", "PARTITION", Kind::integer, "Number of the partition"},
              {"before", "BEFORE", Kind::integer, "First offset before"},
              {"earliest", "EARLIEST", Kind::integer, "First offset now"},
              {"latest", "LATEST", Kind::integer, "Offset of the next record written"},
              {"dropped", "DROPPED", Kind::integer, "Offsets between before and now"},
              {"result", "RESULT", Kind::text, "dropped, would be dropped or nothing to drop"}}},
    .destroys = true,
    .make = make<TopicTrim>,
};

}  // namespace kt
