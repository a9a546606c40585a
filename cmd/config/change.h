// What `config set`, `config unset` and `topic alter` share: the change is looked at, sent, and
// each setting reported with its value before and after; then all brokers are waited for.
#pragma once

#include <vector>

#include "cli/context.h"
#include "client/admin_configs.h"

namespace kt {

/// The rows of a change: `changes`.
inline const Schema kChangeRows = {
    "changes",
    {{"resource", "RESOURCE", Kind::text, "What has the setting"},
     {"name", "SETTING", Kind::text, "Name of the setting"},
     {"before", "BEFORE", Kind::text, "The value in force before; null where secret or none"},
     {"change", "CHANGE", Kind::text, "The new value; +ITEM or -ITEM of a list; unset"},
     {"result", "RESULT", Kind::text, "changed or would be changed"}}};

inline Argument no_wait_argument(bool* no_wait) {
  return {"--no-wait", "", "Do not wait until all brokers show the change", no_wait};
}

/// Changes the same settings of several things, or with --dry-run only checks; waits until all
/// brokers show them.
Exit change_configs(Context& context, Cluster& cluster,
                    const std::vector<ConfigResource>& resources,
                    const std::vector<ConfigChange>& changes, bool no_wait);

}  // namespace kt
