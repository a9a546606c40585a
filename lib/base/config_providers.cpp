#include "base/config_providers.h"

#include <cstdlib>
#include <map>

#include "base/error.h"
#include "base/secret.h"
#include "base/text.h"

namespace kt {
namespace {

enum class Provider { environment, file, directory };

Error fail(const std::string& key, const std::string& why) {
  return Error(key + ": " + why, Exit::usage);
}

std::map<std::string, Provider> providers_of(const Properties& properties) {
  std::map<std::string, Provider> providers;
  const auto* names = last_value(properties, {"config.providers"});
  if (names == nullptr) return providers;
  for (auto piece : split(*names, ',')) {
    std::string name(trim(piece));
    if (name.empty()) continue;
    auto key = "config.providers." + name + ".class";
    const auto* type = last_value(properties, {key});
    std::string_view kind = type == nullptr ? "" : std::string_view(*type);
    kind = kind.substr(kind.rfind('.') + 1);
    if (kind == "EnvVarConfigProvider")
      providers[name] = Provider::environment;
    else if (kind == "FileConfigProvider")
      providers[name] = Provider::file;
    else if (kind == "DirectoryConfigProvider")
      providers[name] = Provider::directory;
    else
      throw Error(key + ": this kind of provider is not known here", Exit::usage,
                  "EnvVarConfigProvider, FileConfigProvider and DirectoryConfigProvider are");
  }
  return providers;
}

std::string provided(const std::string& key, Provider provider, const std::string& named) {
  auto colon = named.rfind(':');
  auto path = colon == std::string::npos ? "" : named.substr(0, colon);
  auto wanted = named.substr(colon + 1);  // npos + 1 is 0
  if (provider == Provider::environment) return secret_value(key, "env:" + wanted);
  if (path.empty()) throw fail(key, in_quotes(named) + " is not PATH:KEY");
  if (provider == Provider::directory) return secret_value(key, "file:" + path + '/' + wanted);
  auto entries = load_properties(path);
  const auto* found = last_value(entries, {wanted});
  if (found == nullptr) throw fail(key, path + " has no " + in_quotes(wanted));
  return *found;
}

std::string expanded(const std::string& key, const std::string& value,
                     const std::map<std::string, Provider>& providers) {
  std::string out;
  size_t done = 0;
  for (size_t at; (at = value.find("${", done)) != std::string::npos;) {
    auto end = value.find('}', at);
    auto colon = value.find(':', at);
    if (end == std::string::npos) break;
    auto known =
        colon < end ? providers.find(value.substr(at + 2, colon - at - 2)) : providers.end();
    out += value.substr(done, at - done);
    if (known == providers.end())
      out += value.substr(at, end + 1 - at);
    else
      out += provided(key, known->second, value.substr(colon + 1, end - colon - 1));
    done = end + 1;
  }
  return out + value.substr(done);
}

}  // namespace

void expand_provided(Properties& properties) {
  auto providers = providers_of(properties);
  if (providers.empty()) return;
  for (auto& [key, value] : properties)
    if (!key.starts_with("config.providers")) value = expanded(key, value, providers);
}

}  // namespace kt
