#include "zookeeper/acls.h"

namespace kt::zk {
namespace {

constexpr const char* kAcls = "/kafka-acl";
constexpr const char* kChanges = "/kafka-acl-changes";

std::string path_of(const std::string& type, const std::string& name) {
  return std::string(kAcls) + "/" + type + "/" + name;
}

ResourceAcls resource_acls(std::string type, std::string name, const std::optional<Node>& node) {
  ResourceAcls acls{std::move(type), std::move(name), {}, {}};
  if (!node) return acls;
  acls.entries = parse_acls(node->data, path_of(acls.type, acls.name));
  acls.node_version = node->version;
  return acls;
}

}  // namespace

std::vector<AclEntry> parse_acls(std::string_view data, const std::string& path) {
  std::vector<AclEntry> entries;
  if (data.empty()) return entries;
  auto json = Json::parse(data, path);
  for (const auto& item : JsonPlace(json, path)["acls"].items()) {
    auto& entry = entries.emplace_back();
    entry.principal = item["principal"].text();
    entry.permission = item["permissionType"].text();
    entry.operation = item["operation"].text();
    auto host = item.find("host");
    entry.host = host ? host->text() : "*";
  }
  return entries;
}

std::string acls_data(const std::vector<AclEntry>& entries) {
  Json::Array items;
  for (const auto& entry : entries)
    items.push_back(Json::Object{{"principal", entry.principal},
                                 {"permissionType", entry.permission},
                                 {"operation", entry.operation},
                                 {"host", entry.host}});
  return Json(Json::Object{{"version", 1}, {"acls", std::move(items)}}).text();
}

std::vector<ResourceAcls> acls(Session& session) {
  auto types = session.children(kAcls).value_or(std::vector<std::string>{});
  std::vector<std::string> parents, paths;
  for (const auto& type : types) parents.push_back(std::string(kAcls) + "/" + type);
  auto names = session.children(parents);
  std::vector<ResourceAcls> found;
  for (size_t i = 0; i < types.size(); ++i)
    for (const auto& name : names[i].value_or(std::vector<std::string>{})) {
      found.push_back({types[i], name, {}, {}});
      paths.push_back(path_of(types[i], name));
    }
  auto nodes = session.get(paths);
  for (size_t i = 0; i < found.size(); ++i)
    found[i] = resource_acls(found[i].type, found[i].name, nodes[i]);
  return found;
}

ResourceAcls acls_of(Session& session, const std::string& type, const std::string& name) {
  return resource_acls(type, name, session.get(path_of(type, name)));
}

Written write_acls(Session& session, const ResourceAcls& read,
                   const std::vector<AclEntry>& entries) {
  auto path = path_of(read.type, read.name);
  auto written = Written::done;
  if (entries.empty()) {
    if (!read.node_version) return written;
    written = session.remove(path, *read.node_version);
  } else {
    if (!read.node_version) session.make_path(path.substr(0, path.rfind('/')));
    written = session.write({{path, acls_data(entries), read.node_version}})[0];
  }
  if (written != Written::done) return written;
  session.make_path(kChanges);
  session.create_sequential(std::string(kChanges) + "/acl_changes_", read.type + ":" + read.name);
  return written;
}

}  // namespace kt::zk
