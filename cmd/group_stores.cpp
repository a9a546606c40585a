#include "group_stores.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "connect.h"
#include "needs.h"
#include "protocol/errors.h"
#include "protocol/msg/offset_commit.h"

namespace kt {

namespace {

/// A broker's or a group's failure becomes an error of the report.
void report_failures(Context& context, const StoredGroup& group) {
  for (auto [code, message] : {std::pair(group.description.error_code, &group.description.message),
                               std::pair(group.offsets.error_code, &group.offsets.message)})
    if (code != 0 || !message->empty())
      report_error(context, {{"group", group.description.group}}, code, *message);
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
    : context_(context), only_(only), cluster_(connect(context)) {
  kafka_ = only != GroupStore::zookeeper && keeps_offsets(*cluster_);
  if (!kafka_)
    throw Error(fmt::format("Kafka {} keeps positions of groups in ZooKeeper",
                            release_of(cluster_->apis_of_any())),
                Exit::usage, "name it with -z HOST:PORT");
}

bool GroupStores::uses(GroupStore store) const { return store == GroupStore::kafka && kafka_; }

std::vector<std::string> GroupStores::names() {
  std::set<std::string> names;
  if (kafka_ && keeps_groups(*cluster_)) {
    auto list = list_groups(*cluster_);
    for (const auto& failure : list.failures)
      report_error(context_, {{"broker", failure.broker_id}}, failure.error_code, failure.message);
    for (auto& group : list.groups) names.insert(std::move(group.group));
  }
  return {names.begin(), names.end()};
}

std::vector<StoredGroup> GroupStores::read(const std::vector<std::string>& names) {
  std::vector<StoredGroup> groups;
  if (kafka_)
    for (auto& group : kafka_groups(*cluster_, names))
      if (group.is_there()) groups.push_back(std::move(group));
  std::stable_sort(groups.begin(), groups.end(), [](const StoredGroup& a, const StoredGroup& b) {
    return a.description.group < b.description.group;
  });
  for (const auto& group : groups) report_failures(context_, group);
  return groups;
}

std::vector<StoredGroup> GroupStores::read(const Choice& choice) {
  bool named = !choice.words.empty() && !choice.regex;
  auto names = choose_names(choice, named ? std::vector<std::string>() : this->names(), "group");
  auto groups = read(names);
  std::set<std::string> found;
  for (const auto& group : groups) found.insert(group.description.group);
  std::vector<std::string> existing;
  for (const auto& name : names) {
    if (!named || found.contains(name)) continue;
    if (existing.empty()) existing = this->names();
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
