#include "mirror/topics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "base/text.h"
#include "protocol/errors.h"

namespace kt::mirror {
namespace {

/// Settings that belong to a cluster's own brokers and replicas, or, as the last two, would spoil
/// what is copied: times stay the source's, and the format is the target's business.
constexpr std::array<std::string_view, 6> kNotCopied = {
    "follower.replication.throttled.replicas",
    "leader.replication.throttled.replicas",
    "min.insync.replicas",
    "unclean.leader.election.enable",
    "message.timestamp.type",
    "message.format.version",
};

using Settings = std::map<std::string, std::string>;

struct TopicSettings {
  Settings set;
  std::optional<int64_t> max_message_bytes;  ///< set or by default
};

std::vector<TopicSettings> settings_of(Cluster& cluster, const std::vector<std::string>& topics) {
  std::vector<TopicSettings> all(topics.size());
  if (topics.empty() || !cluster.apis_of_any().best(msg::DescribeConfigsRequest::api())) return all;
  std::vector<ConfigResource> resources;
  for (const auto& topic : topics) resources.push_back({ConfigScope::topic, topic});
  auto described = describe_configs(cluster, resources);
  for (size_t i = 0; i < described.size() && i < all.size(); ++i)
    for (const auto& entry : described[i].entries) {
      bool copied = std::find(kNotCopied.begin(), kNotCopied.end(), entry.name) == kNotCopied.end();
      if (!entry.value) continue;
      if (entry.is_override && copied) all[i].set.emplace(entry.name, *entry.value);
      if (entry.name == "max.message.bytes")
        parse_int64(*entry.value, all[i].max_message_bytes.emplace());
    }
  return all;
}

std::optional<std::string> value_in(const Settings& settings, const std::string& name) {
  auto found = settings.find(name);
  return found == settings.end() ? std::nullopt : std::optional(found->second);
}

void compare(const TopicSettings& source, const TopicSettings& target, TopicPlan& plan) {
  Settings names = source.set;
  names.insert(target.set.begin(), target.set.end());
  for (const auto& [name, unused] : names) {
    auto left = value_in(source.set, name), right = value_in(target.set, name);
    if (left != right) plan.differences.push_back({name, left, right});
  }
  auto needed = source.max_message_bytes, taken = target.max_message_bytes;
  if (needed && taken && *taken < *needed)
    plan.problem = fmt::format(
        "the target refuses batches above {} bytes, and the source may hold up to {}: in the "
        "target, kt topic alter {} --set max.message.bytes={}",
        *taken, *needed, plan.target, *needed);
}

}  // namespace

std::vector<TopicPlan> plan_topics(Cluster& source, Cluster& target,
                                   const std::vector<CopiedTopic>& topics) {
  std::vector<std::string> sources, targets, existing;
  for (const auto& topic : topics) {
    sources.push_back(topic.source.name.value_or(""));
    targets.push_back(topic.target);
  }
  auto metadata = target.refresh(targets);
  for (const auto& name : targets) {
    auto* known = metadata->topic(name);
    if (known != nullptr && !known->partitions.empty()) existing.push_back(name);
  }
  auto of_source = settings_of(source, sources);
  auto of_target = settings_of(target, existing);
  auto brokers = static_cast<int16_t>(std::max<size_t>(1, metadata->brokers.size()));
  std::vector<TopicPlan> plans;
  for (size_t i = 0; i < topics.size(); ++i) {
    auto& plan = plans.emplace_back();
    plan.source = sources[i];
    plan.target = targets[i];
    const auto& partitions = topics[i].source.partitions;
    plan.partitions = static_cast<int32_t>(partitions.size());
    if (!partitions.empty())
      plan.replication_factor = std::min(
          brokers, static_cast<int16_t>(std::max<size_t>(1, partitions[0].replica_nodes.size())));
    auto there = std::find(existing.begin(), existing.end(), targets[i]);
    if (there == existing.end()) {
      plan.action = TopicAction::create;
      plan.settings.assign(of_source[i].set.begin(), of_source[i].set.end());
      continue;
    }
    plan.target_partitions = static_cast<int32_t>(metadata->topic(targets[i])->partitions.size());
    if (plan.target_partitions < plan.partitions) plan.action = TopicAction::grow;
    compare(of_source[i], of_target[static_cast<size_t>(there - existing.begin())], plan);
  }
  return plans;
}

Outcome prepare_topic(Cluster& target, const TopicPlan& plan) {
  Outcome outcome;
  outcome.name = plan.target;
  if (plan.action == TopicAction::none) return outcome;
  if (plan.action == TopicAction::create) {
    msg::CreateTopicsRequest::Topic topic;
    topic.name = plan.target;
    topic.num_partitions = plan.partitions;
    topic.replication_factor = plan.replication_factor;
    for (const auto& [name, value] : plan.settings) {
      auto& config = topic.configs.emplace_back();
      config.name = name;
      config.value = value;
    }
    auto created = create_topics(target, {topic}, false).front();
    // Another instance of the same mirror may have been first.
    if (created.error_code != 0 && created.error_code != ErrorCode::topic_already_exists)
      return created;
  } else {
    msg::CreatePartitionsRequest::Topic topic;
    topic.name = plan.target;
    topic.count = plan.partitions;
    topic.assignments = std::nullopt;
    auto grown = create_partitions(target, {topic}, false).front();
    if (grown.error_code != 0 && grown.error_code != ErrorCode::invalid_partitions) return grown;
  }
  await_topics(target, {plan.target}, [&](const msg::MetadataResponse::Topic& topic) {
    return static_cast<int32_t>(topic.partitions.size()) >= plan.partitions &&
           std::all_of(topic.partitions.begin(), topic.partitions.end(),
                       [](const auto& partition) { return partition.leader_id >= 0; });
  });
  return outcome;
}

}  // namespace kt::mirror
