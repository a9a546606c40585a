// Whether brokers show a change of settings already: they learn of it from the controller, each in
// its own time.
#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "base/text.h"
#include "client/admin_configs.h"
#include "client/await.h"
#include "client/zookeeper_configs.h"

namespace kt {

namespace {

bool is_number(std::string_view text, double& number) {
  auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && rest == text.data() + text.size();
}

/// Brokers tell numbers, truth values and lists in their own spelling.
bool same_value(std::string_view a, std::string_view b) {
  auto ours = split(a, ','), theirs = split(b, ',');
  if (ours.size() != theirs.size()) return false;
  for (size_t i = 0; i < ours.size(); ++i) {
    double one = 0, other = 0;
    auto left = trim(ours[i]), right = trim(theirs[i]);
    bool numbers = is_number(left, one) && is_number(right, other);
    if (numbers ? one != other : lower(left) != lower(right)) return false;
  }
  return true;
}

/// Whether all (or none) of the items are in the list.
bool has_items(const std::string& list, const std::string& items, bool wanted) {
  auto there = split(list, ',');
  for (auto item : split(items, ',')) {
    bool found = false;
    for (auto one : there) found = found || trim(one) == trim(item);
    if (!trim(item).empty() && found != wanted) return false;
  }
  return true;
}

bool shows(const ResourceConfigs& now, const ResourceConfigs& before, const ConfigChange& change) {
  const auto* entry = now.find(change.name);
  bool is_set = entry != nullptr && entry->is_override;
  if (change.operation == ConfigOperation::remove) return !is_set;
  // Of a secret it is only told that it is set.
  if (is_set && !entry->value) return true;
  bool appended = change.operation == ConfigOperation::append;
  if (appended || change.operation == ConfigOperation::subtract)
    return has_items(now.value_of(change.name), change.value, appended);
  if (!is_set) return false;
  const auto* old = before.find(change.name);
  // Anything new will do: nobody knows all spellings.
  bool is_new = old == nullptr || !old->is_override || old->value != entry->value;
  return is_new || same_value(*entry->value, change.value);
}

bool shows_all(const ResourceConfigs& now, const ChangedConfigs& changed) {
  return now.error_code == 0 &&
         std::all_of(changed.changes.begin(), changed.changes.end(),
                     [&](const auto& change) { return shows(now, changed.before, change); });
}

/// A broker has changed its loggers when it answers, and tells all their levels as set. What
/// ZooKeeper keeps, it shows at once; a dead broker shows nothing.
bool shown_later(Cluster& cluster, const ConfigResource& resource) {
  if (resource.scope == ConfigScope::broker_logger ||
      config_way(cluster, resource, true) == ConfigWay::zookeeper)
    return false;
  if (resource.scope != ConfigScope::broker || resource.name.empty()) return true;
  return cluster.metadata()->brokers.contains(std::stoi(resource.name));
}

}  // namespace

bool await_configs(Cluster& cluster, const std::vector<ChangedConfigs>& changed) {
  std::vector<ConfigResource> resources;
  std::map<std::string, const ChangedConfigs*> by_resource;
  std::set<std::string> names, all;
  for (const auto& one : changed) {
    const auto& resource = one.before.resource;
    if (!shown_later(cluster, resource)) continue;
    resources.push_back(resource);
    by_resource[resource.text()] = &one;
    all.insert(resource.text());
    for (const auto& change : one.changes) names.insert(change.name);
  }
  return resources.empty() || await(cluster, [&] {
           auto untold = all;
           for (const auto& now :
                describe_configs_everywhere(cluster, resources, {names.begin(), names.end()})) {
             auto resource = now.resource.text();
             if (!shows_all(now, *by_resource.at(resource))) return false;
             untold.erase(resource);
           }
           // One that did not answer until the deadline has not shown it either.
           return untold.empty() && !cluster.deadline().expired();
         });
}

}  // namespace kt
