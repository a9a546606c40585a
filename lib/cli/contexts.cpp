#include "cli/contexts.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/error.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/whole_file.h"

namespace kt {
namespace fs = std::filesystem;

std::optional<std::string> NamedContext::value(std::string_view key) const {
  auto all = values(key);
  if (all.empty()) return std::nullopt;
  return all.back();
}

std::vector<std::string> NamedContext::values(std::string_view key) const {
  std::vector<std::string> all;
  for (const auto& [name, value] : entries)
    if (name == key) all.push_back(value);
  return all;
}

const NamedContext* Contexts::find(std::string_view name) const {
  for (const auto& context : list)
    if (context.name == name) return &context;
  return nullptr;
}

NamedContext* Contexts::find(std::string_view name) {
  return const_cast<NamedContext*>(std::as_const(*this).find(name));
}

const std::vector<std::string_view>& context_keys() {
  static const std::vector<std::string_view> keys = {
      "bootstrap-server", "zookeeper", "config", "property", "map",
      "cluster-id",       "timeout",   "output", "color",    "utc"};
  return keys;
}

fs::path contexts_path() {
  const char* config = std::getenv("XDG_CONFIG_HOME");
  if (config && *config == '/') return fs::path(config) / "kt" / "contexts.ini";
  const char* home = std::getenv("HOME");
  if (home && *home == '/') return fs::path(home) / ".config" / "kt" / "contexts.ini";
  return {};
}

Contexts parse_contexts(std::string_view text, const std::string& file) {
  Contexts contexts;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  size_t number = 0;
  for (auto raw : split(text, '\n')) {
    ++number;
    auto line = trim(raw);
    auto refuse = [&](std::string_view at, const std::string& why) {
      size_t column = at.data() ? static_cast<size_t>(at.data() - raw.data()) + 1 : 1;
      throw Error(file + ':' + std::to_string(number) + ':' + std::to_string(column) + ": " + why,
                  Exit::usage);
    };
    if (line.empty() || line.starts_with('#') || line.starts_with(';')) continue;
    if (line.starts_with('[')) {
      if (!line.ends_with(']') || line.size() < 3) refuse(line, "a section reads [NAME]");
      auto name = trim(line.substr(1, line.size() - 2));
      if (contexts.find(name)) refuse(line, "context " + in_quotes(name) + " is there twice");
      contexts.list.push_back({std::string(name), {}});
      continue;
    }
    size_t equals = line.find('=');
    if (equals == std::string_view::npos) refuse(line, "neither [NAME] nor key = value");
    auto key = trim(line.substr(0, equals));
    auto value = std::string(trim(line.substr(equals + 1)));
    if (contexts.list.empty()) {
      if (key != "current")
        refuse(line, "before the first [NAME] only \"current = NAME\" may stand");
      contexts.current = value;
      continue;
    }
    const auto& keys = context_keys();
    if (std::find(keys.begin(), keys.end(), key) == keys.end())
      refuse(key, "unknown key " + in_quotes(key) + did_you_mean(key, keys));
    contexts.list.back().entries.emplace_back(key, std::move(value));
  }
  return contexts;
}

std::string format_contexts(const Contexts& contexts) {
  std::string text =
      "# Named clusters of kt: a section each, keys are the long flags. See kt help context.\n";
  if (!contexts.current.empty()) text += "current = " + contexts.current + '\n';
  for (const auto& context : contexts.list) {
    text += "\n[" + context.name + "]\n";
    for (const auto& [key, value] : context.entries) text += key + " = " + value + '\n';
  }
  return text;
}

Contexts load_contexts() {
  auto path = contexts_path();
  if (path.empty()) return {};
  auto text = read_whole_file(path.string());
  return text ? parse_contexts(*text, path.string()) : Contexts{};
}

void save_contexts(const Contexts& contexts) {
  auto path = contexts_path();
  if (path.empty())
    throw Error("no place for contexts: neither XDG_CONFIG_HOME nor HOME is set", Exit::failed);
  auto fail = [&](const std::string& doing) {
    throw Error("cannot " + doing + ' ' + path.string() + ": " + std::strerror(errno),
                Exit::failed);
  };
  std::error_code ignored;
  fs::create_directories(path.parent_path(), ignored);
  auto aside = path.string() + ".new";
  int fd = ::open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) fail("write");
  auto text = format_contexts(contexts);
  bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                 ::fsync(fd) == 0;
  ::close(fd);
  if (!written) {
    ::unlink(aside.c_str());
    fail("write");
  }
  if (::rename(aside.c_str(), path.c_str()) != 0) fail("replace");
}

const NamedContext& existing_context(const Contexts& contexts, std::string_view name) {
  if (auto found = contexts.find(name)) return *found;
  std::vector<std::string> names;
  for (const auto& context : contexts.list) names.push_back(context.name);
  auto path = contexts_path();
  throw Error("context " + in_quotes(name) + " is not in " +
                  (path.empty() ? "any file" : path.string()) + did_you_mean(name, names),
              Exit::usage);
}

std::string without_secret(const std::string& property) {
  size_t equals = property.find('=');
  if (equals == std::string::npos || !is_secret(property.substr(0, equals))) return property;
  auto value = property.substr(equals + 1);
  if (is_indirect(value)) return property;
  return property.substr(0, equals + 1) + "****";
}

NamedContext chosen_context(const std::optional<std::string>& name) {
  auto contexts = load_contexts();
  auto wanted = name ? *name : contexts.current;
  return wanted.empty() ? NamedContext{} : existing_context(contexts, wanted);
}

}  // namespace kt
