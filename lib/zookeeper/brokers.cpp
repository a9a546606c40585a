#include "zookeeper/brokers.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"

namespace kt::zk {
namespace {

constexpr const char* kIds = "/brokers/ids";

}  // namespace

int32_t parse_id(const std::string& name, const std::string& parent) {
  int64_t id = -1;
  if (!parse_int64(name, id) || id < 0 || id > INT32_MAX)
    throw Error("ZooKeeper node " + parent + ": its child " + in_quotes(name) + " is no number");
  return static_cast<int32_t>(id);
}

Broker parse_broker(int32_t id, std::string_view data, const std::string& path) {
  auto json = Json::parse(data, path);
  JsonPlace root(json, path);
  Broker broker;
  broker.id = id;
  if (auto rack = root.find("rack")) broker.rack = rack->text();
  if (auto port = root.find("jmx_port")) broker.jmx_port = port->int32();
  auto protocols = root.find("listener_security_protocol_map");
  if (auto endpoints = root.find("endpoints")) {
    for (const auto& item : endpoints->items()) {
      Endpoint endpoint;
      auto colon = item.text().find("://");
      if (colon == std::string::npos) item.fail(in_quotes(item.text()) + " is no listener");
      endpoint.listener = item.text().substr(0, colon);
      endpoint.security_protocol = endpoint.listener;
      if (protocols)
        if (auto named = protocols->find(endpoint.listener))
          endpoint.security_protocol = named->text();
      try {
        endpoint.address = net::parse_host_port(item.text(), 0);
      } catch (const Error& error) {
        item.fail(error.message());
      }
      broker.endpoints.push_back(std::move(endpoint));
    }
    return broker;
  }
  Endpoint endpoint{"PLAINTEXT", "PLAINTEXT", {}};
  endpoint.address.host = root["host"].text();
  endpoint.address.port = static_cast<uint16_t>(root["port"].integer(0, UINT16_MAX));
  broker.endpoints.push_back(std::move(endpoint));
  return broker;
}

std::vector<Broker> brokers(Session& session) {
  auto names = session.children(kIds);
  if (!names)
    throw Error("ZooKeeper " + session.where() + " holds no Kafka cluster: it has no " + kIds,
                Exit::failed, "is the path after the servers (the chroot) right?");
  std::vector<std::string> paths;
  for (const auto& name : *names) paths.push_back(std::string(kIds) + "/" + name);
  auto nodes = session.get(paths);
  std::vector<Broker> living;
  for (size_t i = 0; i < nodes.size(); ++i)
    if (nodes[i])
      living.push_back(parse_broker(parse_id((*names)[i], kIds), nodes[i]->data, paths[i]));
  std::sort(living.begin(), living.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return living;
}

}  // namespace kt::zk
