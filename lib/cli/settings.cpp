#include "cli/settings.h"

#include <algorithm>
#include <cstdlib>

#include "base/error.h"
#include "base/text.h"
#include "cli/contexts.h"

namespace kt {
namespace {

constexpr std::string_view kCluster = "Cluster";
constexpr std::string_view kOutput = "Output";
constexpr std::string_view kSafety = "Safety";

std::optional<std::string> environment(std::string_view flag) {
  auto name = environment_name(flag);
  const char* value = name.empty() ? nullptr : std::getenv(std::string(name).c_str());
  if (!value || !*value) return std::nullopt;
  return value;
}

/// `KEY=VALUE` in two.
std::pair<std::string, std::string> key_value(const std::string& text, std::string_view flag) {
  size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    throw Error(std::string(flag) + ": " + in_quotes(text.substr(0, text.find('='))) +
                    " has no = and value",
                Exit::usage);
  return {std::string(trim(text.substr(0, equals))), text.substr(equals + 1)};
}

std::vector<std::string_view> known_formats(const Command* command) {
  std::vector<std::string_view> known = {"table", "json", "jsonl", "csv", "tsv"};
  if (command) known.insert(known.end(), command->formats.begin(), command->formats.end());
  return known;
}

/// Of a name that the environment or a context may have given, so that it is not checked yet.
Format format_of(const std::string& name, const Command& command) {
  Format format = Format::table;
  if (name.empty() || parse_format(name, format)) return format;
  auto known = known_formats(&command);
  if (std::find(known.begin(), known.end(), name) != known.end()) return Format::other;
  throw Error("--output: " + in_quotes(name) + " is none of " + join(known, ", ") +
                  did_you_mean(name, known),
              Exit::usage);
}

/// The name, and what may repeat; flags add to it.
void take_context(Settings& settings, const NamedContext& context) {
  settings.context = context.name;
  settings.cluster_id = context.value("cluster-id").value_or("");
  settings.properties.clear();
  settings.maps.clear();
  settings.context_has_secrets = false;
  for (const auto& property : context.values("property")) {
    settings.properties.push_back(key_value(property, "property"));
    settings.context_has_secrets |= without_secret(property) != property;
  }
  for (const auto& map : context.values("map")) settings.maps.push_back(key_value(map, "map"));
}

}  // namespace

std::string_view environment_name(std::string_view flag) {
  constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"--bootstrap-server", "KT_BOOTSTRAP_SERVER"},
      {"--zookeeper", "KT_ZOOKEEPER"},
      {"--config", "KT_CLIENT_CONFIG"},
      {"--context", "KT_CONTEXT"},
      {"--output", "KT_OUTPUT"}};
  for (auto [known, name] : kNames)
    if (known == flag) return name;
  return {};
}

std::vector<Argument> SharedFlags::arguments(const Command* command) {
  std::vector<Argument> list;
  auto add = [&](std::string_view group, Argument argument, bool listed = true) {
    argument.group = group;
    argument.hidden = !listed;
    list.push_back(std::move(argument));
  };
  auto formats = known_formats(command);
  // Taken everywhere, so that an alias may carry them; listed where they mean something.
  bool connects = !command || command->connects;
  add(kCluster,
      {"-b,--bootstrap-server", "HOST:PORT,...", "Brokers to start from", &bootstrap_server},
      connects);
  add(kCluster,
      {"-z,--zookeeper", "HOST:PORT,.../CHROOT", "For what only ZooKeeper holds", &zookeeper},
      connects);
  add(kCluster,
      {"--config", "FILE", "Client settings, with the keys of the Java client or librdkafka",
       &config_file, Complete::files},
      connects);
  add(kCluster,
      {"-X,--property", "KEY=VALUE",
       "One client setting; file:PATH, exec:COMMAND and env:NAME for secrets", &properties},
      connects);
  add(kCluster,
      {"--context", "NAME", "A named set of these flags, see kt context", &context,
       Complete::contexts},
      connects);
  add(kCluster,
      {"--map", "HOST:PORT=HOST:PORT", "Replaces an advertised address (tunnels, NAT)", &maps},
      connects);
  add(kCluster, {"--timeout", "DURATION", "The whole command's limit (default 30s)", &timeout},
      connects);
  if (!command || command->changes || command->destroys)
    add(kSafety,
        {"--dry-run", "", "All checks, the exact change printed, nothing changed", &dry_run});
  add(kSafety, {"--yes", "", "Do not ask", &yes}, !command || command->destroys);
  add(kOutput, {"-o,--output", "FORMAT", "Format of the answer", &output, Complete::none, formats},
      !command || !command->rows.name.empty() || !command->formats.empty());
  add(kOutput, {"--utc", "", "Times of tables in UTC", &utc});
  add(kOutput, {"--color",
                "WHEN",
                "Colours, where NO_COLOR does not forbid them",
                &color,
                Complete::none,
                {"auto", "always", "never"}});
  add(kOutput, {"-v,--verbose", "", "Also what was asked of which broker, on stderr", &verbose});
  add(kOutput, {"-q,--quiet", "", "No notes and no progress on stderr", &quiet});
  add(kOutput, {"-h,--help", "", "This text", &help});
  return list;
}

Settings resolve(const SharedFlags& flags, const Command& command) {
  Settings settings;
  NamedContext context;
  if (command.connects)
    context = chosen_context(flags.context ? flags.context : environment("--context"));
  take_context(settings, context);
  // A context that a flag names is as good as its flags: typing --context must not reach the
  // cluster of a variable.
  auto choose = [&](const std::optional<std::string>& flag, std::string_view name) -> std::string {
    if (flag) return *flag;
    auto of_context = context.value(name.substr(2));
    if (flags.context && of_context) return *of_context;
    if (auto value = environment(name)) return *value;
    return of_context.value_or("");
  };
  settings.bootstrap_server = choose(flags.bootstrap_server, "--bootstrap-server");
  settings.zookeeper = choose(flags.zookeeper, "--zookeeper");
  settings.config_file = choose(flags.config_file, "--config");
  settings.output = choose(flags.output, "--output");
  settings.format = format_of(settings.output, command);
  settings.color = flags.color ? *flags.color : context.value("color").value_or("auto");
  if (flags.timeout)
    settings.timeout = *flags.timeout;
  else if (auto text = context.value("timeout"))
    parse_value(*text, settings.timeout);
  if (settings.timeout.count() <= 0)
    throw Error("--timeout must be above zero", Exit::usage, "such as 30s or 5m");
  for (const auto& property : flags.properties)
    settings.properties.push_back(key_value(property, "-X"));
  for (const auto& map : flags.maps) settings.maps.push_back(key_value(map, "--map"));
  settings.dry_run = flags.dry_run;
  settings.yes = flags.yes;
  settings.verbose = flags.verbose;
  settings.quiet = flags.quiet;
  settings.utc = flags.utc || context.value("utc") == "true";
  return settings;
}

Settings settings_for(const Settings& shared, const std::string& cluster) {
  auto settings = shared;
  auto contexts = load_contexts();
  const auto* named = contexts.find(cluster);
  if (named == nullptr) {
    settings.cluster_id.clear();
    settings.bootstrap_server = cluster;
    return settings;
  }
  take_context(settings, *named);
  settings.bootstrap_server = named->value("bootstrap-server").value_or("");
  settings.zookeeper = named->value("zookeeper").value_or("");
  settings.config_file = named->value("config").value_or("");
  return settings;
}

}  // namespace kt
