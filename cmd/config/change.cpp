#include "config/change.h"

#include <algorithm>

#include "chosen.h"
#include "client/zookeeper_configs.h"

namespace kt {

namespace {

/// The value in force of each change's setting; null where there is none or it is secret.
std::vector<Value> values_of(const ResourceConfigs& configs,
                             const std::vector<ConfigChange>& changes) {
  std::vector<Value> values;
  for (const auto& change : changes) {
    auto found = std::find_if(configs.entries.begin(), configs.entries.end(),
                              [&](const auto& entry) { return entry.name == change.name; });
    values.push_back(found == configs.entries.end() ? Value() : Value(found->value));
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

void change_one(Context& context, Cluster& cluster, const ConfigResource& resource,
                const std::vector<ConfigChange>& changes) {
  bool dry_run = context.settings.dry_run;
  auto now = describe_configs(cluster, {resource}).front();
  auto outcome = alter_configs(cluster, resource, changes, dry_run);
  if (outcome.rewritten)
    context.warn(resource.text() +
                 ": this release takes settings only as a whole; all that were set on it were sent "
                 "again");
  if (outcome.error_code != 0) return report_error(context, "resource", outcome);
  auto before = values_of(now, changes);
  for (size_t i = 0; i < changes.size(); ++i)
    context.report().row({resource.text(), changes[i].name, before[i], word_of(changes[i]),
                          dry_run ? "would be changed" : "changed"});
}

}  // namespace

Exit change_configs(Context& context, Cluster& cluster,
                    const std::vector<ConfigResource>& resources,
                    const std::vector<ConfigChange>& changes) {
  for (const auto& resource : resources) config_way(cluster, resource, true);
  context.report();
  for (const auto& resource : resources) change_one(context, cluster, resource, changes);
  return exit_of(context);
}

}  // namespace kt
