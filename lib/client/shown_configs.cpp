// Whether brokers show a change of settings already: they learn of it from the controller, each in
// its own time.
#include <charconv>
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

bool shows_all(const ResourceConfigs& now, const std::vector<ResourceConfigs>& before,
               const std::vector<ConfigChange>& changes) {
  if (now.error_code != 0) return false;
  for (const auto& one : before)
    if (one.resource.text() == now.resource.text())
      for (const auto& change : changes)
        if (!shows(now, one, change)) return false;
  return true;
}

}  // namespace

bool await_configs(Cluster& cluster, const std::vector<ResourceConfigs>& before,
                   const std::vector<ConfigChange>& changes) {
  std::vector<ConfigResource> resources;
  std::set<std::string> all;
  for (const auto& one : before) {
    // A broker has changed its loggers when it answers, and tells all their levels as set. What
    // ZooKeeper keeps, it shows at once.
    bool shown_later = one.resource.scope != ConfigScope::broker_logger &&
                       config_way(cluster, one.resource, true) == ConfigWay::request;
    if (!shown_later) continue;
    resources.push_back(one.resource);
    all.insert(one.resource.text());
  }
  std::vector<std::string> names;
  for (const auto& change : changes) names.push_back(change.name);
  return resources.empty() || await(cluster, [&] {
           auto untold = all;
           for (const auto& now : describe_configs_everywhere(cluster, resources, names)) {
             if (!shows_all(now, before, changes)) return false;
             untold.erase(now.resource.text());
           }
           return untold.empty();
         });
}

}  // namespace kt
