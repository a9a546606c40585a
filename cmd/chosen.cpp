#include "chosen.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/pattern.h"
#include "base/text.h"
#include "protocol/errors.h"

namespace kt {

namespace {

/// What names of topics are made of. Releases differ in how they refuse others.
constexpr std::string_view kNameCharacters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

std::vector<Pattern> patterns(const Choice& choice) {
  std::vector<Pattern> made;
  for (const auto& word : choice.words) made.emplace_back(word);
  return made;
}

bool any_matches(const std::vector<Pattern>& patterns, const std::string& name) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const Pattern& pattern) { return pattern.matches(name); });
}

std::string shown(const Choice& choice) { return join(choice.words, ", "); }

/// Reports the topics that could not be found, with names that come near them.
void report_absent(Context& context, Cluster& cluster, const std::vector<TopicMetadata>& absent,
                   const std::optional<std::string>& cluster_id) {
  if (absent.empty()) return;
  auto everything = describe_topics(cluster);
  std::vector<std::string> existing;
  for (const auto& topic : everything.topics) existing.push_back(topic.name.value_or(""));
  auto where = cluster_id ? " on cluster " + *cluster_id : std::string();
  for (const auto& topic : absent) {
    auto name = topic.name.value_or("");
    std::string what;
    if (name.find_first_not_of(kNameCharacters) != std::string::npos)
      what = "not found" + where + " (no topic has such a name; an expression needs --regex)";
    else if (topic.error_code == ErrorCode::unknown_topic_or_partition)
      what = "not found" + where + did_you_mean(name, existing);
    report_error(context, {{"topic", name}}, topic.error_code, what);
  }
}

}  // namespace

std::vector<Argument> Choice::arguments(std::string_view spec, std::string_view help,
                                        Complete complete) {
  return {
      {spec, "", help, &words, complete},
      {"--regex", "", "The names are regular expressions (PCRE2) that match whole names", &regex}};
}

bool is_internal(const TopicMetadata& topic) {
  return topic.is_internal || topic.name == "__consumer_offsets" ||
         topic.name == "__transaction_state" || topic.name == "__share_group_state";
}

std::vector<TopicMetadata> choose_topics(Context& context, Cluster& cluster, const Choice& choice,
                                         bool must_match) {
  if (!choice.words.empty() && !choice.regex) {
    auto named = describe_topics(cluster, choice.words);
    std::vector<TopicMetadata> found, absent;
    for (auto& topic : named.topics) {
      bool is_there = topic.error_code == 0 || topic.error_code == ErrorCode::leader_not_available;
      (is_there ? found : absent).push_back(std::move(topic));
    }
    report_absent(context, cluster, absent, named.cluster_id);
    return found;
  }
  auto expressions = patterns(choice);
  auto all = describe_topics(cluster);
  std::erase_if(all.topics, [&](const TopicMetadata& topic) {
    if (is_internal(topic) && !choice.internal) return true;
    return choice.regex && !any_matches(expressions, topic.name.value_or(""));
  });
  if (choice.regex && must_match && all.topics.empty())
    throw Error("no topic matches " + in_quotes(shown(choice)), Exit::failed,
                "an expression matches the whole name; internal topics need to be named");
  return std::move(all.topics);
}

std::vector<TopicPartition> choose_partitions(Context& context,
                                              const std::vector<TopicMetadata>& topics,
                                              const Selection& selection) {
  std::vector<TopicPartition> chosen;
  for (const auto& topic : topics) {
    auto name = topic.name.value_or("");
    auto count = static_cast<int32_t>(topic.partitions.size());
    if (selection.empty())
      for (const auto& partition : topic.partitions)
        chosen.push_back({name, partition.partition_index});
    for (auto number : selection.numbers()) {
      if (number < count) {
        chosen.push_back({name, number});
        continue;
      }
      report_error(context, {{"topic", name}, {"partition", number}},
                   static_cast<int16_t>(ErrorCode::unknown_topic_or_partition),
                   "the topic has " + counted(count, "partition"));
      break;
    }
  }
  return chosen;
}

std::vector<std::string> choose_names(const Choice& choice,
                                      const std::vector<std::string>& existing,
                                      std::string_view noun, bool must_match) {
  if (!choice.words.empty() && !choice.regex) {
    auto names = choice.words;
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
  }
  auto expressions = patterns(choice);
  std::vector<std::string> names;
  for (const auto& name : existing)
    if (!choice.regex || any_matches(expressions, name)) names.push_back(name);
  if (choice.regex && must_match && names.empty())
    throw Error(fmt::format("no {} matches {}", noun, in_quotes(shown(choice))), Exit::failed,
                "an expression matches the whole name");
  return names;
}

void report_error(Context& context, std::vector<std::pair<std::string_view, Value>> item,
                  int16_t error_code, std::string_view message) {
  std::string sentence(message);
  if (sentence.empty()) sentence = error_meaning(error_code);
  context.report().error(
      {std::move(item), error_code, error_code == 0 ? "" : error_name(error_code), sentence});
}

void report_error(Context& context, std::string_view noun, const Outcome& outcome) {
  report_error(context, {{noun, outcome.name}}, outcome.error_code, outcome.message);
}

Exit exit_of(Context& context) { return context.report().has_errors() ? Exit::failed : Exit::ok; }

}  // namespace kt
