#include "mirror/pair.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/pattern.h"
#include "base/text.h"
#include "files.h"

namespace kt {
namespace {

/// A name a line; blank lines and those that begin with # do not count.
std::vector<std::string> names_in(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  std::vector<std::string> names;
  for (auto line : split(text, '\n'))
    if (auto name = trim(line); !name.empty() && !name.starts_with('#')) names.emplace_back(name);
  return names;
}

}  // namespace

std::vector<Argument> MirrorPair::arguments() {
  auto list = typed_.arguments(
      "[TOPIC...]", "Topics to copy; all but Kafka's own where none are named", Complete::topics);
  list.push_back({"--exclude", "REGEX", "Leave out topics whose whole name matches", &exclude_});
  list.push_back({.spec = "--topics-file",
                  .value = "FILE",
                  .help =
                      "Topics to copy besides, a name (with --regex an expression) a line; read "
                      "again on SIGHUP",
                  .target = &topics_file_,
                  .complete = Complete::files});
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

void MirrorPair::read_lists(const mirror::MakerSettings* maker) {
  auto choice = typed_;
  if (!topics_file_.empty()) {
    for (auto& name : names_in(read_input(topics_file_))) choice.words.push_back(std::move(name));
    if (choice.words.empty())
      throw Error(fmt::format("{} names no topic", topics_file_), Exit::usage);
  }
  auto excluded = exclude_;
  if (maker != nullptr) {
    if (choice.words.empty() && !maker->topics.empty()) {
      choice.words = maker->topics;
      choice.regex = true;
    }
    excluded.insert(excluded.end(), maker->excluded.begin(), maker->excluded.end());
  }
  if (choice.regex)
    for (const auto& word : choice.words) Pattern{word};
  for (const auto& expression : excluded) Pattern{expression};
  choice_ = std::move(choice);
  excluded_ = std::move(excluded);
}

void MirrorPair::read_lists_again() {
  auto again = maker_.read_again();
  read_lists(again ? &*again : nullptr);
}

void MirrorPair::open(Context& context) {
  target_name("");
  maker_settings_ = maker_.read(context, from_, to_, !rename_.empty());
  read_lists(maker_settings_ ? &*maker_settings_ : nullptr);
  if (maker_settings_ && rename_.empty() && !maker_settings_->rename.empty())
    rename_.push_back(maker_settings_->rename);
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

std::optional<std::map<TopicPartition, std::vector<mirror::OffsetSync>>>
MirrorPair::offset_syncs() {
  if (!maker_settings_) return std::nullopt;
  return kt::offset_syncs(*maker_settings_, *source_, *target_);
}

std::optional<mirror::MakerTraces> MirrorPair::maker_traces() {
  if (!maker_settings_) return std::nullopt;
  return kt::maker_traces(*maker_settings_, *source_, *target_);
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
  for (const auto& expression : excluded_) excluded.emplace_back(expression);
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
