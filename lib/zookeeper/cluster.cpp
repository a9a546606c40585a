#include "zookeeper/cluster.h"

#include "base/json.h"

namespace kt::zk {

std::optional<Controller> controller(Session& session) {
  constexpr const char* kPath = "/controller";
  auto node = session.get(kPath);
  if (!node) return std::nullopt;
  auto json = Json::parse(node->data, kPath);
  JsonPlace root(json, kPath);
  Controller controller;
  controller.broker_id = root["brokerid"].int32();
  if (auto epoch = root.find("kraftControllerEpoch")) controller.kraft_epoch = epoch->int32();
  return controller;
}

std::string cluster_id(Session& session) {
  constexpr const char* kPath = "/cluster/id";
  auto node = session.get(kPath);
  if (!node) return {};
  auto json = Json::parse(node->data, kPath);
  return JsonPlace(json, kPath)["id"].text();
}

void refuse_where_kraft_owns(Session& session) {
  constexpr const char* kPath = "/migration";
  auto refuse = [&](const std::string& why) {
    throw Error("ZooKeeper " + session.where() + " is not written to: " + why, Exit::failed,
                "ask the brokers instead: -b HOST:PORT");
  };
  if (auto node = session.get(kPath)) {
    auto json = Json::parse(node->data, kPath);
    auto id = JsonPlace(json, kPath).find("kraft_controller_id");
    if (id && id->int32() >= 0)
      refuse("the cluster is moving to KRaft (" + std::string(kPath) + ")");
  }
  auto now = controller(session);
  if (now && now->kraft_epoch >= 0) refuse("a KRaft controller has taken over (/controller)");
}

}  // namespace kt::zk
