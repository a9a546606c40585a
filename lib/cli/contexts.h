// Named clusters: `$XDG_CONFIG_HOME/kt/contexts.ini`, a section a context, its keys the long flags.
// Machines without a home have no contexts, and that is no error unless one is asked for.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kt {

struct NamedContext {
  std::string name;
  std::vector<std::pair<std::string, std::string>>
      entries;  ///< in the file's order; `property` and `map` may repeat

  /// The last value of a key.
  std::optional<std::string> value(std::string_view key) const;
  std::vector<std::string> values(std::string_view key) const;
};

/// The file: lines before the first section say `current = NAME`.
struct Contexts {
  std::string current;
  std::vector<NamedContext> list;

  const NamedContext* find(std::string_view name) const;
  NamedContext* find(std::string_view name);
};

/// The keys that a section may have.
const std::vector<std::string_view>& context_keys();

/// Where the file is; empty where neither XDG_CONFIG_HOME nor HOME says.
std::filesystem::path contexts_path();

/// `file` is named in errors, with line and column.
Contexts parse_contexts(std::string_view text, const std::string& file);
std::string format_contexts(const Contexts& contexts);

/// What the file holds; nothing where there is no file.
Contexts load_contexts();
/// Written aside, synced and renamed, readable by the owner alone.
void save_contexts(const Contexts& contexts);

/// The context of that name; a usage error with the nearest name where there is none.
const NamedContext& existing_context(const Contexts& contexts, std::string_view name);

/// `KEY=VALUE` of a client setting, the value of a password or secret as stars.
std::string without_secret(const std::string& property);

/// The context asked for (a usage error where there is no such), or the current one, or one without
/// entries.
NamedContext chosen_context(const std::optional<std::string>& name);

}  // namespace kt
