#include <map>

#include "chosen.h"
#include "client/positions.h"
#include "connect.h"
#include "protocol/msg/list_offsets.h"

namespace kt {
namespace {

/// Places that have a name of their own in ListOffsets.
const std::map<std::string_view, int64_t> kNamedTimes = {
    {"earliest", kEarliest},          {"latest", kLatest},
    {"max-timestamp", kMaxTimestamp}, {"earliest-local", kEarliestLocal},
    {"latest-tiered", kLatestTiered},
};

class OffsetsGet : public Invocation {
  Choice choice_;
  Selection partitions_;
  std::string at_ = "latest";
  bool read_committed_ = false;

  std::vector<Argument> arguments() override {
    auto list = choice_.arguments("[TOPIC...]", "Topics to ask about", Complete::topics);
    list.push_back({"--internal", "", "Kafka's own topics too", &choice_.internal});
    list.push_back(
        {"--partition", "0,3-5", "Only these partitions", &partitions_, Complete::partitions});
    list.push_back({"--at", "POSITION",
                    "earliest, latest, a number, +N or -N from either end, @TIME, max-timestamp, "
                    "earliest-local or latest-tiered",
                    &at_});
    list.push_back({"--read-committed", "",
                    "The latest offset is the last stable one, before open transactions",
                    &read_committed_});
    return list;
  }

  std::vector<OffsetAnswer> ask(Context& context, Cluster& cluster,
                                const std::vector<TopicPartition>& partitions) {
    auto named = kNamedTimes.find(at_);
    if (named != kNamedTimes.end())
      return list_offsets(cluster, at_time(partitions, named->second), read_committed_);
    auto position = parse_position(at_);
    if (position.kind == Position::Kind::timestamp) {
      if (!cluster.apis_of_any().best(msg::ListOffsetsRequest::api(), 1))
        context.warn("before Kafka 0.10.1 a time finds the start of a segment, not a record");
      return list_offsets(cluster, at_time(partitions, position.value), read_committed_);
    }
    std::vector<OffsetAnswer> offsets;
    for (auto& placed : place_offsets(cluster, partitions, position)) offsets.push_back(placed.at);
    return offsets;
  }

  Exit run(Context& context) override {
    if (!kNamedTimes.contains(at_)) parse_position(at_);
    auto cluster = connect(context);
    auto topics = choose_topics(context, *cluster, choice_);
    auto asked = choose_partitions(context, topics, partitions_);
    auto& report = context.report();
    if (asked.empty()) return exit_of(context);
    for (auto& found : ask(context, *cluster, asked)) {
      if (found.error_code != 0) {
        report_error(context,
                     {{"topic", found.partition.topic}, {"partition", found.partition.partition}},
                     found.error_code, "");
        continue;
      }
      Value offset, timestamp, epoch;
      if (found.offset >= 0) offset = found.offset;
      if (found.timestamp_ms >= 0) timestamp = found.timestamp_ms;
      if (found.leader_epoch >= 0) epoch = found.leader_epoch;
      report.row({std::move(found.partition.topic), found.partition.partition, std::move(offset),
                  std::move(timestamp), std::move(epoch)});
    }
    return exit_of(context);
  }
};

}  // namespace

extern const Command offsets_get;
const Command offsets_get{
    .words = "offsets get",
    .summary = "Show offsets of partitions: the end, the start, or at a time",
    .text =
        R"(Asks the leaders of all partitions at once, one request to each, for the offset at a position. The
latest offset is the one that the next record will get. A time finds the first record at or after it;
where there is none the offset is null (a dash in a table), as with max-timestamp in an empty
partition. Numbers and +N, -N are kept within what the partition holds.

The release limits what can be asked: times of records from 0.10.1 on (before that the start of a
segment), max-timestamp from 3.0, earliest-local from 3.6, latest-tiered from 3.9. Asking never
creates a topic.)",
    .examples = {{"kt offsets get orders", "the end of every partition"},
                 {"kt offsets get orders --at earliest --partition 0,3-5", "where some begin"},
                 {"kt offsets get orders --at @-1h", "the first records of the last hour"},
                 {"kt offsets get -o tsv", "the ends of the whole cluster, for a script"}},
    .rows = {"offsets",
             {{"topic", "TOPIC", Kind::text, "Name of the topic"},
              {"partition", "PARTITION", Kind::integer, "Number of the partition"},
              {"offset", "OFFSET", Kind::integer, "The offset; null where no record is that young"},
              {"timestamp_ms", "TIME", Kind::timestamp_ms,
               "Time of the record found; null where a position has none"},
              {"leader_epoch", "", Kind::integer, "Epoch of the leader; null before 2.1"}}},
    .make = make<OffsetsGet>,
};

}  // namespace kt
