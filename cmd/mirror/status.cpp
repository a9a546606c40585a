// How far copies have come, asked of the two clusters, whether a mirror runs or not.
#include <algorithm>
#include <map>

#include "client/offsets.h"
#include "mirror/pair.h"
#include "mirror/record_stream.h"
#include "mirror/records_left.h"
#include "protocol/errors.h"

namespace kt {
namespace {

/// Offsets behind a position that are looked at, as they may be markers of transactions alone.
constexpr int64_t kLookedAt = 100;

class MirrorStatus : public Invocation {
  MirrorPair pair_;
  std::optional<int64_t> max_lag_;

  std::vector<Argument> arguments() override {
    auto list = pair_.arguments();
    list.push_back(
        {"--max-lag", "N", "Exit code 3 where a partition is more offsets behind", &max_lag_});
    return list;
  }

  static std::string_view held_by(const mirror::TargetAbilities& abilities, bool is_held) {
    if (!abilities.has_sequences) return "stored and compared";
    if (is_held) return "held by the broker";
    return abilities.tells_producers ? "read off the log, producer forgotten" : "read off the log";
  }

  /// Offsets that are to be copied; 0 where they hold no records.
  std::vector<int64_t> lags_of(const std::vector<TopicPartition>& sources,
                               const std::vector<mirror::TargetPosition>& positions,
                               const std::vector<OffsetAnswer>& ends) {
    std::vector<int64_t> lags;
    std::map<TopicPartition, mirror::OffsetRange> doubtful;
    for (size_t i = 0; i < sources.size(); ++i) {
      int64_t earliest = ends[2 * i].offset, latest = ends[2 * i + 1].offset;
      int64_t position = positions[i].source_position.value_or(-1);
      lags.push_back(std::max<int64_t>(0, latest - std::max(position, earliest)));
      if (position >= earliest && lags[i] > 0 && lags[i] <= kLookedAt)
        doubtful[sources[i]] = {position, latest};
    }
    if (doubtful.empty() || !mirror::has_transactions(pair_.source())) return lags;
    auto have = mirror::with_records(pair_.source(), doubtful);
    for (size_t i = 0; i < sources.size(); ++i)
      if (doubtful.contains(sources[i]) && !have.contains(sources[i])) lags[i] = 0;
    return lags;
  }

  Exit run(Context& context) override {
    pair_.open(context);
    context.report();
    auto& source = pair_.source();
    std::vector<TopicPartition> sources;
    auto topics = pair_.choose(context);
    auto targets = pair_.targets(topics, sources);
    auto positions = pair_.positions(targets);
    bool committed = mirror::has_transactions(source);
    std::vector<OffsetQuery> queries;
    for (const auto& partition : sources)
      for (int64_t time : {kEarliest, kLatest}) queries.push_back({partition, time});
    auto ends = list_offsets(source, queries, committed);
    auto lags = lags_of(sources, positions, ends);
    auto abilities = mirror::abilities_of(pair_.target());
    bool holds = true;
    for (size_t i = 0; i < sources.size(); ++i) {
      const auto& at = positions[i];
      int16_t code = std::max(ends[2 * i].error_code, ends[2 * i + 1].error_code);
      if (at.error || code != 0) {
        report_error(context, {{"topic", sources[i].topic}, {"partition", sources[i].partition}},
                     code, at.error ? at.error->message() : "");
        continue;
      }
      int64_t earliest = ends[2 * i].offset, latest = ends[2 * i + 1].offset;
      int64_t position = at.source_position.value_or(-1);
      int64_t lag = lags[i];
      std::string_view state = position < 0          ? "new"
                               : position > latest   ? "beyond the source"
                               : position < earliest ? "gap"
                               : lag > 0             ? "behind"
                                                     : "in step";
      holds = holds && (!max_lag_ || lag <= *max_lag_);
      Value guarantee;
      if (position >= 0) guarantee = held_by(abilities, at.is_held);
      context.report().row({sources[i].topic, sources[i].partition, targets[i].partition.topic,
                            state, position < 0 ? Value() : Value(position), earliest, latest, lag,
                            at.latest, std::move(guarantee)});
    }
    for (const auto& topic : topics)
      for (const auto& partition : topic.source.partitions) {
        TopicPartition id{topic.source.name.value_or(""), partition.partition_index};
        if (std::find(sources.begin(), sources.end(), id) == sources.end())
          report_error(context, {{"topic", id.topic}, {"partition", id.partition}}, 0,
                       "the target does not have it yet");
      }
    return exit_of_check(context, holds);
  }
};

}  // namespace

extern const Command mirror_status;
const Command mirror_status{
    .words = "mirror status",
    .summary = "Show how far copies have come",
    .text =
        R"(Asks the target which source offset each partition's copy has come to, and the source where it ends;
no mirror needs to run. The flags are those of kt mirror run.

A partition is in step, behind, new (nothing of it was copied by a mirror of that name), has a gap (the
source deleted records before they were copied) or is beyond the source (its log was truncated, or the
topic created anew). The lag counts offsets, those of transactions' markers too, unless nothing else is left.)",
    .examples = {{"kt mirror status orders --from east --to west", "where it stands"},
                 {"kt mirror status --from east --to west --max-lag 100000 -o json",
                  "all topics, as an alert"}},
    .rows =
        {"partitions",
         {{"topic", "TOPIC", Kind::text, "Name of the topic in the source"},
          {"partition", "PARTITION", Kind::integer, "Number of the partition, in both"},
          {"target_topic", "TARGET", Kind::text, "Name of the topic in the target"},
          {"state", "STATE", Kind::text, "in step, behind, new, gap or beyond the source"},
          {"position", "POSITION", Kind::integer,
           "Source offset before which all is copied; null where nothing is"},
          {"source_first_offset", "FIRST", Kind::integer, "Where the source begins"},
          {"source_end_offset", "END", Kind::integer, "Where it ends, before open transactions"},
          {"lag", "LAG", Kind::integer, "Offsets that are to be copied"},
          {"target_end_offset", "TARGET END", Kind::integer, "Where the target ends"},
          {"held_by", "HELD", Kind::text,
           "How the position is known: held by the broker, which refuses what does not follow, "
           "read off the log, or stored and compared (targets before 0.11); null where there is "
           "none"}}},
    .exits = {{Exit::failed, "A partition could not be asked for, or is not in the target"},
              {Exit::check, "--max-lag does not hold"}},
    .connects = false,
    .make = make<MirrorStatus>,
};

}  // namespace kt
