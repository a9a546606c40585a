#include "migrate/sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/pattern.h"
#include "base/text.h"

namespace kt {
namespace {

/// `3=PATH`: the number of the broker, and what is behind it; numbers count from 0 where none is
/// given.
std::pair<int32_t, std::string> split_broker(const std::string& text, int32_t otherwise) {
  auto equals = text.find('=');
  int64_t id = 0;
  if (equals == std::string::npos || !parse_int64(text.substr(0, equals), id) || id < 0 ||
      id > INT32_MAX)
    return {otherwise, text};
  return {static_cast<int32_t>(id), text.substr(equals + 1)};
}

}  // namespace

std::vector<Argument> MigrateSetup::arguments() {
  auto list =
      choice_.arguments("[TOPIC...]", "Topics to copy; all where none are named", Complete::none);
  list.push_back({"--exclude", "REGEX", "Leave out topics whose whole name matches", &exclude_});
  list.push_back({.spec = "--from",
                  .value = "[ID=]PATH",
                  .help = "A log directory of a 0.7 broker, or one partition's directory in it; ID "
                          "is the broker's, counted from 0 where none is given",
                  .target = &from_,
                  .complete = Complete::directories,
                  .required = true});
  list.push_back({"--to", "CLUSTER",
                  "The target, a bootstrap list or a context; the cluster of the other flags "
                  "unless given",
                  &to_, Complete::contexts});
  list.push_back(
      {.spec = "--partitioner",
       .value = "NAME",
       .help = "Who chooses the partition: each partition of 0.7 its own one, in turn, "
               "or by the hash of the payload",
       .target = &mapping_,
       .choices = {std::begin(migrate::kMappingNames), std::end(migrate::kMappingNames)}});
  list.push_back({"--name", "NAME",
                  "Name of the migration: it goes on where one of that name came to", &name_});
  return list;
}

void MigrateSetup::open(Context& context) {
  find_sources();
  choose();
  target_ = connect_to(context, to_);
}

void MigrateSetup::find_sources() {
  std::set<legacy::PartitionId> seen;
  for (size_t i = 0; i < from_.size(); ++i) {
    auto [broker, path] = split_broker(from_[i], static_cast<int32_t>(i));
    for (auto& found : legacy::find_files(path, broker)) {
      if (!seen.insert(found.id).second)
        throw Error(fmt::format("partition {} of topic {} is there twice, of broker {}",
                                found.id.partition, in_quotes(found.id.topic), broker),
                    Exit::usage, "name the brokers: --from 0=PATH --from 1=PATH");
      topics_[found.id.topic].push_back({found.id, [segments = std::move(found.segments)] {
                                           return std::make_unique<legacy::FileLog>(segments);
                                         }});
    }
  }
  for (auto& [name, sources] : topics_)
    std::sort(sources.begin(), sources.end(),
              [](const auto& left, const auto& right) { return left.id < right.id; });
}

void MigrateSetup::choose() {
  std::vector<std::string> names;
  for (const auto& [name, sources] : topics_) names.push_back(name);
  auto chosen = choose_names(choice_, names, "topic");
  std::vector<Pattern> excluded;
  for (const auto& expression : exclude_) excluded.emplace_back(expression);
  std::erase_if(chosen, [&](const std::string& name) {
    return std::any_of(excluded.begin(), excluded.end(),
                       [&](const Pattern& one) { return one.matches(name); });
  });
  MigratedTopics kept;
  for (const auto& name : chosen) {
    auto found = topics_.find(name);
    if (found == topics_.end())
      throw Error("topic " + in_quotes(name) + " is not there in 0.7" + did_you_mean(name, names),
                  Exit::failed);
    kept.insert(topics_.extract(found));
  }
  if (kept.empty()) throw Error("no topic was chosen", Exit::usage);
  topics_ = std::move(kept);
}

}  // namespace kt
