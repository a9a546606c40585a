#include "config/change.h"

#include "base/text.h"
#include "chosen.h"
#include "client/zookeeper_configs.h"

namespace kt {

namespace {

/// The value in force of each change's setting; null where there is none or it is secret.
std::vector<Value> values_of(const ResourceConfigs& configs,
                             const std::vector<ConfigChange>& changes) {
  std::vector<Value> values;
  for (const auto& change : changes) {
    const auto* entry = configs.find(change.name);
    values.push_back(entry == nullptr ? Value() : Value(entry->value));
  }
  return values;
}

std::string word_of(const ConfigChange& change) {
  switch (change.operation) {
    case ConfigOperation::remove:
      return "unset";
    case ConfigOperation::append:
      return "+" + change.value;
    case ConfigOperation::subtract:
      return "-" + change.value;
    default:
      return change.value;
  }
}

/// Brokers take the removal of a name that no topic's setting has for done.
bool names_are_settings(Context& context, const ResourceConfigs& configs,
                        const std::vector<ConfigChange>& changes) {
  if (configs.resource.scope != ConfigScope::topic || configs.only_overrides ||
      configs.error_code != 0)
    return true;
  std::vector<std::string> known;
  for (const auto& entry : configs.entries) known.push_back(entry.name);
  bool all = true;
  for (const auto& change : changes) {
    if (change.operation != ConfigOperation::remove || configs.find(change.name)) continue;
    report_error(context, {{"resource", configs.resource.text()}, {"setting", change.name}}, 0,
                 "not a setting of it" + did_you_mean(change.name, known));
    all = false;
  }
  return all;
}

/// False where it was refused. `before` is what was set.
bool change_one(Context& context, Cluster& cluster, const ConfigResource& resource,
                const std::vector<ConfigChange>& changes, ResourceConfigs& before) {
  bool dry_run = context.settings.dry_run;
  before = describe_configs(cluster, {resource}).front();
  if (!names_are_settings(context, before, changes)) return false;
  auto outcome = alter_configs(cluster, resource, changes, dry_run);
  if (outcome.rewritten)
    context.warn(resource.text() +
                 ": this release takes settings only as a whole; all that were set on it were sent "
                 "again");
  if (outcome.error_code != 0) {
    report_error(context, "resource", outcome);
    return false;
  }
  auto values = values_of(before, changes);
  for (size_t i = 0; i < changes.size(); ++i)
    context.report().row({resource.text(), changes[i].name, values[i], word_of(changes[i]),
                          dry_run ? "would be changed" : "changed"});
  return true;
}

}  // namespace

Exit change_configs(Context& context, Cluster& cluster,
                    const std::vector<ConfigResource>& resources,
                    const std::vector<ConfigChange>& changes, bool no_wait) {
  for (const auto& resource : resources) config_way(cluster, resource, true);
  context.report();
  std::vector<ChangedConfigs> changed;
  for (const auto& resource : resources) {
    ResourceConfigs before;
    bool done = change_one(context, cluster, resource, changes, before);
    // Who may change settings may still not be allowed to read them.
    if (done && before.error_code == 0) changed.push_back({std::move(before), changes});
  }
  bool waits = !context.settings.dry_run && !no_wait && !changed.empty();
  if (waits && !await_configs(cluster, changed))
    throw Error("changed, but not all brokers show it in time", Exit::unreachable,
                "kt config get shows what one of them has");
  return exit_of(context);
}

}  // namespace kt
