#include "migrate/registry.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "zookeeper/brokers.h"

namespace kt::migrate {
namespace {

constexpr int32_t kMostPartitions = 100'000;

/// The nodes below a path, with their paths.
std::vector<std::pair<std::string, std::string>> below(zk::Session& session,
                                                       const std::string& path) {
  std::vector<std::pair<std::string, std::string>> found;
  auto names = session.children(path);
  if (!names) return found;
  for (auto& name : *names) found.emplace_back(name, path + "/" + name);
  return found;
}

int64_t number_in(zk::Session& session, const std::string& path, int64_t most) {
  auto node = session.get(path);
  int64_t number = 0;
  auto text = node ? node->data : std::string();
  if (!parse_int64(text, number) || number < 0 || number > most)
    throw Error(fmt::format("{}: {} is no number that 0.7 writes there", path, in_quotes(text)));
  return number;
}

}  // namespace

net::HostPort parse_address(const std::string& data, const std::string& path) {
  auto port_at = data.rfind(':');
  auto host_at = port_at == std::string::npos || port_at == 0 ? std::string::npos
                                                              : data.rfind(':', port_at - 1);
  int64_t port = 0;
  if (host_at == std::string::npos || host_at + 1 == port_at ||
      !parse_int64(data.substr(port_at + 1), port) || port < 1 || port > UINT16_MAX)
    throw Error(fmt::format("{}: {} is no broker of Kafka 0.7", path, in_quotes(data)),
                Exit::failed, "0.8 and later are copied by kt mirror run");
  return {data.substr(host_at + 1, port_at - host_at - 1), static_cast<uint16_t>(port)};
}

Registry read_registry(zk::Session& session) {
  Registry registry;
  for (const auto& [name, path] : below(session, "/brokers/ids")) {
    auto node = session.get(path);
    if (node)
      registry.brokers[zk::parse_id(name, "/brokers/ids")] = parse_address(node->data, path);
  }
  if (registry.brokers.empty())
    throw Error(fmt::format("no broker is alive, says ZooKeeper {}", session.where()),
                Exit::unreachable, "files of 0.7 can be read without: --from PATH");
  for (const auto& [topic, path] : below(session, "/brokers/topics"))
    for (const auto& [name, count_path] : below(session, path)) {
      auto broker = zk::parse_id(name, path);
      if (!registry.brokers.contains(broker)) continue;
      auto count = number_in(session, count_path, kMostPartitions);
      for (int32_t number = 0; number < count; ++number)
        registry.partitions.push_back({topic, broker, number});
    }
  return registry;
}

std::map<legacy::PartitionId, int64_t> group_positions(zk::Session& session,
                                                       const std::string& group) {
  std::map<legacy::PartitionId, int64_t> positions;
  for (const auto& [topic, path] : below(session, "/consumers/" + group + "/offsets"))
    for (const auto& [name, position_path] : below(session, path)) {
      auto dash = name.find('-');
      if (dash == std::string::npos)
        throw Error(position_path + " is not called as 0.7 calls a partition, BROKER-PARTITION");
      positions[{topic, zk::parse_id(name.substr(0, dash), path),
                 zk::parse_id(name.substr(dash + 1), path)}] =
          number_in(session, position_path, INT64_MAX);
    }
  if (positions.empty())
    throw Error(fmt::format("group {} has no positions in ZooKeeper {}", in_quotes(group),
                            session.where()));
  return positions;
}

}  // namespace kt::migrate
