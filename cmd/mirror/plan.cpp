// What a mirror would do, and what stands in its way.
#include <fmt/format.h>

#include <map>

#include "client/offsets.h"
#include "mirror/pair.h"
#include "mirror/read_rate.h"
#include "mirror/record_stream.h"
#include "protocol/errors.h"
#include "protocol/msg/describe_log_dirs.h"

namespace kt {
namespace {

constexpr Milliseconds kTryFor{1'000};

class MirrorPlan : public Invocation {
  MirrorPair pair_;
  std::optional<Size> rate_;
  std::map<TopicPartition, mirror::OffsetRange> left_;  ///< what is to be copied

  std::vector<Argument> arguments() override {
    auto list = pair_.arguments();
    list.push_back(
        {"--rate", "SIZE", "The limit of bytes a second that kt mirror run will get", &rate_});
    return list;
  }

  /// Bytes of each topic's leaders, where brokers tell (1.0).
  std::map<std::string, int64_t> sizes() {
    std::map<std::string, int64_t> sizes;
    auto& source = pair_.source();
    if (!source.apis_of_any().best(msg::DescribeLogDirsRequest::api())) return sizes;
    std::map<TopicPartition, int64_t> largest;
    msg::DescribeLogDirsRequest request;
    request.topics.reset();
    for (const auto& answer : source.call_all_brokers(request)) {
      if (!answer.reply) continue;
      for (const auto& directory : (*answer.reply)->results)
        for (const auto& topic : directory.topics)
          for (const auto& partition : topic.partitions) {
            auto& size = largest[{topic.name, partition.partition_index}];
            size = std::max(size, partition.partition_size);
          }
    }
    for (const auto& [partition, size] : largest) sizes[partition.topic] += size;
    return sizes;
  }

  struct Amount {
    int64_t lag = 0, whole = 0;
    std::string problem;
  };

  /// What is left of each topic, by its source name.
  std::map<std::string, Amount> amounts(const std::vector<mirror::CopiedTopic>& topics,
                                        const mirror::Takeover& takeover) {
    std::vector<OffsetQuery> queries;
    for (const auto& topic : topics)
      for (const auto& partition : topic.source.partitions)
        for (int64_t time : {kEarliest, kLatest})
          queries.push_back({{topic.source.name.value_or(""), partition.partition_index}, time});
    bool committed = mirror::has_transactions(pair_.source());
    auto ends = list_offsets(pair_.source(), queries, committed);
    std::vector<TopicPartition> sources;
    auto targets = pair_.targets(topics, sources);
    auto positions = pair_.positions(targets);
    std::map<TopicPartition, const mirror::TargetPosition*> known;
    for (size_t i = 0; i < sources.size(); ++i) known[sources[i]] = &positions[i];
    std::map<std::string, std::string> target_of;
    for (const auto& topic : topics) target_of[topic.source.name.value_or("")] = topic.target;
    std::map<std::string, Amount> amounts;
    for (size_t i = 0; i + 1 < ends.size(); i += 2) {
      const auto& id = ends[i].partition;
      auto& amount = amounts[id.topic];
      int64_t earliest = ends[i].offset, latest = ends[i + 1].offset;
      if (ends[i].error_code != 0 || ends[i + 1].error_code != 0) {
        amount.problem = fmt::format("partition {} of the source cannot be read", id.partition);
        continue;
      }
      const auto* at = known[id];
      int64_t position = at == nullptr ? -1 : at->source_position.value_or(-1);
      if (at != nullptr && position < 0 && takeover)
        position = takeover(id, {target_of[id.topic], id.partition}, *at).value_or(-1);
      amount.whole += latest - earliest;
      left_[id] = {std::max(position, earliest), latest};
      amount.lag += std::max<int64_t>(0, latest - std::max(position, earliest));
      if (at == nullptr) continue;
      if (position < 0 && !at->is_empty())
        amount.problem =
            fmt::format("partition {} of the target holds records of others", id.partition);
      if (position >= 0 && position < earliest)
        amount.problem =
            fmt::format("partition {}: the source deleted offsets {} to {} before they were copied",
                        id.partition, position, earliest - 1);
      if (position > latest)
        amount.problem =
            fmt::format("partition {} of the source ends before what was copied", id.partition);
    }
    return amounts;
  }

  static std::string_view action(const mirror::TopicPlan& plan) {
    if (plan.action == mirror::TopicAction::create) return "create";
    return plan.action == mirror::TopicAction::grow ? "add partitions" : "copy";
  }

  /// How long so many bytes take at the speed at which the source can be read, to the second.
  static Value time_of(const Value& size, int64_t bytes_per_s) {
    if (size.is_null() || bytes_per_s <= 0) return {};
    return (size.integer() + bytes_per_s - 1) / bytes_per_s * 1000;
  }

  Exit run(Context& context) override {
    if (rate_ && rate_->bytes < 1) throw Error("--rate must be 1 or more", Exit::usage);
    pair_.open(context);
    context.report();
    auto topics = pair_.choose(context);
    auto plans = pair_.plans(topics);
    auto left = amounts(topics, pair_.takeover(context));
    auto bytes = sizes();
    auto bytes_per_s = mirror::measure_read_rate(pair_.source(), left_, kTryFor);
    if (rate_ && (bytes_per_s == 0 || bytes_per_s > rate_->bytes)) bytes_per_s = rate_->bytes;
    for (const auto& plan : plans) {
      auto& amount = left[plan.source];
      if (amount.problem.empty()) amount.problem = plan.problem;
      Value size;
      if (auto found = bytes.find(plan.source); found != bytes.end() && amount.whole > 0)
        size = static_cast<int64_t>(static_cast<double>(found->second) *
                                    static_cast<double>(amount.lag) /
                                    static_cast<double>(amount.whole));
      std::vector<std::string> settings;
      for (const auto& [name, value] : plan.settings) settings.push_back(name + "=" + value);
      for (const auto& one : plan.differences)
        settings.push_back(fmt::format("{}: {} in the source, {} in the target", one.name,
                                       one.source.value_or("default"),
                                       one.target.value_or("default")));
      Value problem;
      if (!amount.problem.empty()) problem = amount.problem;
      context.report().row({plan.source, plan.target, action(plan), plan.partitions,
                            plan.target_partitions, plan.replication_factor, amount.lag, size,
                            time_of(size, bytes_per_s), Value(settings), std::move(problem)});
    }
    return exit_of(context);
  }
};

}  // namespace

extern const Command mirror_plan;
const Command mirror_plan{
    .words = "mirror plan",
    .summary = "Show what a mirror would copy, and what stands in its way",
    .text =
        R"(Says for each topic what kt mirror run with the same flags would do: create it in the target, add
partitions, or copy into what is there; how many offsets and about how many bytes are left to copy; the
settings that a new topic gets, and those that differ where it is there already; and what would stop it.
Nothing is changed.

The time is reckoned from what the source gave in one second of reading, or from --rate where that is less;
a target that is slower takes longer. What others write meanwhile comes on top.

A new topic gets the settings set on the source's, except those about its own replicas and brokers, and
message.timestamp.type, so that records keep their times.)",
    .examples = {{"kt mirror plan --from east --to west", "every topic"},
                 {"kt mirror plan orders --from east --to west -o json", "one, for a script"}},
    .rows = {"topics",
             {{"topic", "TOPIC", Kind::text, "Name of the topic in the source"},
              {"target_topic", "TARGET", Kind::text, "Name of the topic in the target"},
              {"action", "ACTION", Kind::text, "create, add partitions or copy"},
              {"partitions", "PARTITIONS", Kind::integer, "Partitions of the source"},
              {"target_partitions", "", Kind::integer, "Partitions of the target now"},
              {"replication_factor", "REPLICAS", Kind::integer, "Replicas that a new topic gets"},
              {"offsets", "OFFSETS", Kind::integer, "Offsets that are to be copied"},
              {"size_bytes", "SIZE", Kind::size_bytes,
               "About how many bytes that is; null where brokers do not tell"},
              {"time_ms", "TIME", Kind::duration_ms,
               "About how long that takes; null where it is not known"},
              {"settings", "SETTINGS", Kind::texts, "What a new topic gets, or what differs"},
              {"problem", "PROBLEM", Kind::text, "What would stop it; null otherwise"}}},
    .connects = false,
    .make = make<MirrorPlan>,
};

}  // namespace kt
