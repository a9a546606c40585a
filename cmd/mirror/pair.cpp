#include "mirror/pair.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/pattern.h"
#include "base/text.h"

namespace kt {

std::vector<Argument> MirrorPair::arguments() {
  auto list = choice_.arguments(
      "[TOPIC...]", "Topics to copy; all but Kafka's own where none are named", Complete::topics);
  list.push_back({"--exclude", "REGEX", "Leave out topics whose whole name matches", &exclude_});
  for (auto& one : cluster_arguments()) list.push_back(std::move(one));
  return list;
}

std::vector<Argument> MirrorPair::cluster_arguments() {
  std::vector<Argument> list;
  list.push_back({.spec = "--from",
                  .value = "CLUSTER",
                  .help = "The source: HOST:PORT,... or a context's name",
                  .target = &from_,
                  .complete = Complete::contexts});
  list.push_back({.spec = "--to",
                  .value = "CLUSTER",
                  .help = "The target, likewise",
                  .target = &to_,
                  .complete = Complete::contexts});
  list.push_back({"--rename", "REGEX=TO",
                  "What topics are called in the target; $1 is the first group of the expression, "
                  "the first that matches counts",
                  &rename_});
  list.push_back({"--name", "NAME",
                  "Name of the mirror: it goes on where a mirror of that name came to", &name_});
  for (auto& one : maker_.arguments()) list.push_back(std::move(one));
  return list;
}

std::unique_ptr<Cluster> MirrorPair::open_one(const Context& context, const std::string& named,
                                              const mirror::Properties* properties,
                                              std::string_view flag) {
  if (properties == nullptr || properties->empty()) {
    if (named.empty()) throw Error(fmt::format("flag {} CLUSTER is missing", flag), Exit::usage);
    return connect_to(context, named);
  }
  return connect(Context(context.command, with_properties(context.settings, named, *properties),
                         context.out, context.err));
}

void MirrorPair::open(Context& context) {
  for (const auto& expression : exclude_) Pattern{expression};
  target_name("");
  maker_settings_ = maker_.read(context, from_, to_, !rename_.empty());
  if (maker_settings_) {
    if (choice_.words.empty() && !maker_settings_->topics.empty()) {
      choice_.words = maker_settings_->topics;
      choice_.regex = true;
    }
    for (const auto& one : maker_settings_->excluded) exclude_.push_back(one);
    if (rename_.empty() && !maker_settings_->rename.empty())
      rename_.push_back(maker_settings_->rename);
  }
  source_ =
      open_one(context, from_, maker_settings_ ? &maker_settings_->source : nullptr, "--from");
  target_ = open_one(context, to_, maker_settings_ ? &maker_settings_->target : nullptr, "--to");
  source_id_ = source_->refresh({})->cluster_id;
  auto target_id = target_->refresh({})->cluster_id;
  if (!source_id_.empty() && source_id_ == target_id && rename_.empty())
    throw Error(fmt::format("--from and --to are the same cluster, {}", source_id_), Exit::usage,
                "copies within a cluster need other names: --rename '(.*)=copy.$1'");
}

mirror::Takeover MirrorPair::takeover(Context& context) {
  if (!maker_settings_) return {};
  return kt::takeover(context, *maker_settings_, *source_, *target_);
}

std::vector<mirror::TopicPlan> MirrorPair::plans(const std::vector<mirror::CopiedTopic>& topics) {
  auto plans = mirror::plan_topics(*source_, *target_, topics);
  if (maker_settings_ && maker_settings_->replication_factor)
    for (auto& plan : plans) plan.replication_factor = *maker_settings_->replication_factor;
  return plans;
}

std::string MirrorPair::target_name(const std::string& topic) const {
  for (const auto& rule : rename_) {
    auto equals = rule.rfind('=');
    if (equals == std::string::npos || equals + 1 == rule.size())
      throw Error("--rename " + in_quotes(rule) + ": not REGEX=TO", Exit::usage,
                  "--rename '(.*)=copy.$1'");
    if (auto renamed = Pattern(rule.substr(0, equals)).replace(topic, rule.substr(equals + 1)))
      return *renamed;
  }
  return topic;
}

std::vector<mirror::CopiedTopic> MirrorPair::choose(Context& context, bool must_match) {
  std::vector<Pattern> excluded;
  for (const auto& expression : exclude_) excluded.emplace_back(expression);
  std::vector<mirror::CopiedTopic> chosen;
  std::map<std::string, std::string> taken;
  for (auto& topic : choose_topics(context, *source_, choice_, must_match)) {
    auto name = topic.name.value_or("");
    bool is_excluded = std::any_of(excluded.begin(), excluded.end(),
                                   [&](const Pattern& one) { return one.matches(name); });
    if (is_excluded) continue;
    auto target = target_name(name);
    auto [other, is_new] = taken.emplace(target, name);
    if (!is_new)
      throw Error(fmt::format("topics {} and {} would both be copied into {}",
                              in_quotes(other->second), in_quotes(name), in_quotes(target)),
                  Exit::usage);
    chosen.push_back({std::move(topic), std::move(target)});
  }
  return chosen;
}

std::vector<mirror::TargetPartition> MirrorPair::targets(
    const std::vector<mirror::CopiedTopic>& topics, std::vector<TopicPartition>& sources) {
  std::vector<std::string> names;
  for (const auto& topic : topics) names.push_back(topic.target);
  auto metadata = target_->refresh(names);
  std::vector<mirror::TargetPartition> found;
  for (const auto& topic : topics)
    for (const auto& partition : topic.source.partitions) {
      TopicPartition source{topic.source.name.value_or(""), partition.partition_index};
      TopicPartition target{topic.target, partition.partition_index};
      if (metadata->partition(target.topic, target.partition) == nullptr) continue;
      found.push_back({target, mirror::RunIds(name_, source_id_, source), source});
      sources.push_back(std::move(source));
    }
  return found;
}

}  // namespace kt
