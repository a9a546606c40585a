#include "group_stores.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "client/zookeeper_groups.h"
#include "connect.h"
#include "needs.h"
#include "protocol/errors.h"
#include "protocol/msg/offset_commit.h"
#include "zookeeper/consumers.h"

namespace kt {

namespace {

/// A broker's or a group's failure becomes an error of the report.
void report_failures(Context& context, const StoredGroup& group) {
  for (auto [code, message] : {std::pair(group.description.error_code, &group.description.message),
                               std::pair(group.offsets.error_code, &group.offsets.message)})
    if (code != 0 || !message->empty())
      report_error(context, {{"group", group.description.group}}, code, *message);
}

std::set<std::string> sorted(const std::vector<std::string>& names) {
  return {names.begin(), names.end()};
}

}  // namespace

Argument store_argument(std::optional<GroupStore>* store) {
  return {"--store",
          "STORE",
          "Only what is kept there: kafka or zookeeper",
          Target([store](std::string_view text) {
            *store = text == "kafka" ? GroupStore::kafka : GroupStore::zookeeper;
          }),
          Complete::none,
          {"kafka", "zookeeper"}};
}

GroupStores::GroupStores(Context& context, std::optional<GroupStore> only)
    : context_(context), only_(only) {
  if (only == GroupStore::zookeeper || (!only && names_zookeeper(context)))
    zookeeper_ = zookeeper_of(context, "what groups of consumers before 0.9 have read");
  cluster_ = connect(context);
  if (only == GroupStore::zookeeper) return;
  kafka_ = keeps_offsets(*cluster_);
  if (kafka_ || zookeeper_) return;
  auto release = release_of(cluster_->apis_of_any());
  if (only)
    throw Error(
        fmt::format("Kafka {} keeps no positions of groups, from 0.8.2 on it does", release),
        Exit::failed, "--store zookeeper");
  zookeeper_ = zookeeper_of(context, "what groups of Kafka " + release + " have read");
}

bool GroupStores::kafka_lists_groups() {
  if (kafka_ && keeps_groups(*cluster_)) return true;
  if (!zookeeper_) zookeeper_of(context_, "the list of groups before Kafka 0.9");
  return false;
}

std::vector<std::string> GroupStores::names() {
  std::set<std::string> names;
  if (kafka_lists_groups()) {
    auto list = list_groups(*cluster_);
    for (const auto& failure : list.failures)
      report_error(context_, {{"broker", failure.broker_id}}, failure.error_code, failure.message);
    for (auto& group : list.groups) names.insert(std::move(group.group));
  }
  if (zookeeper_) names.merge(sorted(zk::group_names(*zookeeper_)));
  return {names.begin(), names.end()};
}

std::vector<StoredGroup> GroupStores::read(const std::vector<std::string>& names) {
  std::vector<StoredGroup> groups, found;
  if (kafka_) groups = kafka_groups(*cluster_, names);
  if (zookeeper_)
    for (auto& group : zookeeper_groups(*zookeeper_, names)) groups.push_back(std::move(group));
  for (auto& group : groups)
    if (group.is_there()) found.push_back(std::move(group));
  std::stable_sort(found.begin(), found.end(), [](const StoredGroup& a, const StoredGroup& b) {
    return a.description.group < b.description.group;
  });
  for (const auto& group : found) report_failures(context_, group);
  return found;
}

std::vector<StoredGroup> GroupStores::read(const Choice& choice, bool may_lack) {
  bool named = !choice.words.empty() && !choice.regex;
  auto names = choose_names(choice, named ? std::vector<std::string>() : this->names(), "group");
  auto groups = read(names);
  std::set<std::string> found;
  for (const auto& group : groups) found.insert(group.description.group);
  std::vector<std::string> existing;
  for (const auto& name : names) {
    if (!named || may_lack || found.contains(name)) continue;
    if (existing.empty() && (zookeeper_ || keeps_groups(*cluster_))) existing = this->names();
    report_error(context_, {{"group", name}}, static_cast<int16_t>(ErrorCode::group_id_not_found),
                 "not found" + did_you_mean(name, existing));
  }
  return groups;
}

GroupStore GroupStores::store_for(const std::string& group,
                                  const std::vector<StoredGroup>& existing) const {
  if (only_) return *only_;
  std::set<GroupStore> stores;
  for (const auto& one : existing)
    if (one.description.group == group) stores.insert(one.store);
  if (stores.size() > 1)
    throw Error(fmt::format("group {} is both in Kafka and in ZooKeeper", in_quotes(group)),
                Exit::usage, "say which with --store kafka or --store zookeeper");
  if (!stores.empty()) return *stores.begin();
  return kafka_ ? GroupStore::kafka : GroupStore::zookeeper;
}

}  // namespace kt
