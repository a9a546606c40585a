// The flags that all commands share, and how flag, environment, context and default become
// Settings.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/argument.h"
#include "cli/command.h"
#include "cli/context.h"

namespace kt {

/// What was typed of the shared flags, before environment and context.
struct SharedFlags {
  std::optional<std::string> bootstrap_server, zookeeper, config_file, context, output, color;
  std::optional<std::chrono::milliseconds> timeout;
  std::vector<std::string> properties, maps;
  bool dry_run = false, yes = false, verbose = false, quiet = false, utc = false, help = false;

  /// Those that the command takes, hidden where they mean nothing to it; all where there is none
  /// yet.
  std::vector<Argument> arguments(const Command* command);
};

/// Applies environment, context and defaults. Throws a usage error for values that cannot be.
Settings resolve(const SharedFlags& flags, const Command& command);

/// The settings for another cluster, as --from and --to name it: a context of that name with all
/// that it says, else a bootstrap list with the other settings as they are.
Settings settings_for(const Settings& shared, const std::string& cluster);

/// The environment variable of a shared flag, `KT_BOOTSTRAP_SERVER` for `--bootstrap-server`; empty
/// where none is read.
std::string_view environment_name(std::string_view flag);

}  // namespace kt
