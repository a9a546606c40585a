#include "zookeeper/configs.h"

#include <fmt/format.h>

#include <charconv>

#include "base/text.h"

namespace kt::zk {
namespace {

std::string config_path(const std::string& entity_path) { return "/config/" + entity_path; }

/// As Kafka writes names into paths: URL-encoded, and blanks and stars too.
std::string encoded(std::string_view name) {
  std::string text;
  for (unsigned char c : name) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 c == '.' || c == '-' || c == '_';
    text += plain ? std::string(1, static_cast<char>(c)) : fmt::format("%{:02X}", c);
  }
  return text;
}

/// The name meant; what is no encoding stays as it is.
std::string decoded(std::string_view text) {
  std::string name;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    bool escape = text[i] == '%' && i + 2 < text.size();
    auto [end, error] =
        std::from_chars(text.data() + i + 1, text.data() + (escape ? i + 3 : i + 1), value, 16);
    if (escape && error == std::errc() && end == text.data() + i + 3) {
      name += static_cast<char>(value);
      i += 2;
    } else {
      name += text[i];
    }
  }
  return name;
}

/// Whether release `name`, `0.10.1` or the first of a range, comes before the other.
bool before(std::string_view name, std::initializer_list<int64_t> other) {
  auto parts = split(name.substr(0, name.find('-')), '.');
  size_t i = 0;
  for (int64_t theirs : other) {
    int64_t ours = 0;
    if (i < parts.size()) parse_int64(parts[i], ours);
    if (ours != theirs) return ours < theirs;
    ++i;
  }
  return false;
}

}  // namespace

Config parse_config(const Node& node, const std::string& path) {
  Config config;
  config.node_version = node.version;
  config.json = Json::parse(node.data, path);
  JsonPlace root(config.json, path);
  if (auto entries = root.find("config"))
    for (const auto& [name, value] : entries->members()) config.entries[name] = value.text();
  return config;
}

std::vector<Config> configs(Session& session, const std::vector<std::string>& entity_paths) {
  std::vector<std::string> paths;
  for (const auto& entity : entity_paths) paths.push_back(config_path(entity));
  auto nodes = session.get(paths);
  std::vector<Config> found;
  for (size_t i = 0; i < paths.size(); ++i)
    found.push_back(nodes[i] ? parse_config(*nodes[i], paths[i]) : Config{});
  return found;
}

Config config(Session& session, const std::string& entity_path) {
  return configs(session, {entity_path})[0];
}

Written write_config(Session& session, const std::string& entity_path, const Config& read,
                     const std::map<std::string, std::string>& entries) {
  Json json = read.node_version ? read.json : Json(Json::Object{{"version", 1}});
  Json::Object values;
  for (const auto& [name, value] : entries) values.emplace_back(name, value);
  json.at("config") = std::move(values);
  Write write{config_path(entity_path), json.text(), read.node_version};
  if (!write.version) session.make_path(write.path.substr(0, write.path.rfind('/')));
  return session.write({write})[0];
}

ChangeNotice change_notice(std::string_view release) {
  if (before(release, {0, 8, 1})) return ChangeNotice::none;
  if (before(release, {0, 9})) return ChangeNotice::topic_name;
  if (before(release, {0, 10, 1})) return ChangeNotice::entity_name;
  return ChangeNotice::entity_path;
}

std::string notice_data(ChangeNotice kind, const std::string& entity_path) {
  auto slash = entity_path.find('/');
  auto type = entity_path.substr(0, slash), name = entity_path.substr(slash + 1);
  switch (kind) {
    case ChangeNotice::topic_name:
      return Json(name).text();
    case ChangeNotice::entity_name:
      return Json(Json::Object{{"version", 1}, {"entity_type", type}, {"entity_name", name}})
          .text();
    default:
      return Json(Json::Object{{"version", 2}, {"entity_path", entity_path}}).text();
  }
}

void announce_config(Session& session, ChangeNotice kind, const std::string& entity_path) {
  if (kind == ChangeNotice::none) return;
  constexpr const char* kChanges = "/config/changes";
  session.make_path(kChanges);
  session.create_sequential(std::string(kChanges) + "/config_change_",
                            notice_data(kind, entity_path));
}

std::string entity_path(std::string_view kind, std::string_view name) {
  return fmt::format("{}/{}", kind, name.empty() ? "<default>" : encoded(name));
}

std::vector<std::string> entity_names(Session& session, const std::string& kind) {
  std::vector<std::string> names;
  for (const auto& name : session.children(config_path(kind)).value_or(std::vector<std::string>{}))
    names.push_back(name == "<default>" ? "" : decoded(name));
  return names;
}

}  // namespace kt::zk
