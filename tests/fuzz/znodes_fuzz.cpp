// Nodes of ZooKeeper as anybody may have written them: the first byte chooses the reader. JSON that
// was read is written and read again, and must be the same.
#include <cstdint>
#include <string>

#include "base/error.h"
#include "base/json.h"
#include "zookeeper/acls.h"
#include "zookeeper/brokers.h"
#include "zookeeper/configs.h"
#include "zookeeper/consumers.h"
#include "zookeeper/orders.h"
#include "zookeeper/topics.h"

namespace {

using namespace kt;

void check(bool holds) {
  if (!holds) __builtin_trap();
}

void read(uint8_t which, std::string_view text) {
  zk::Node node;
  node.data = text;
  switch (which % 10) {
    case 0: {
      auto json = Json::parse(text, "p");
      check(Json::parse(json.text(), "p") == json);
      return;
    }
    case 1:
      zk::parse_broker(1, text, "p");
      return;
    case 2:
      zk::parse_topic("t", node, "p");
      return;
    case 3:
      zk::parse_partition_state(text, "p");
      return;
    case 4:
      zk::parse_config(node, "p");
      return;
    case 5: {
      auto partitions = zk::parse_election(text, "p");
      for (const auto& part : zk::election_nodes(partitions, 200)) zk::parse_election(part, "p");
      return;
    }
    case 6: {
      auto moves = zk::parse_reassignment(text, "p");
      for (const auto& part : zk::reassignment_nodes(moves, 200)) zk::parse_reassignment(part, "p");
      return;
    }
    case 7:
      zk::parse_consumer("g", "g_host-1-2", text, "p");
      return;
    case 9: {
      auto rules = zk::parse_acls(text, "p");
      check(zk::parse_acls(zk::acls_data(rules), "p") == rules);
      return;
    }
    default:
      zk::parse_offset(text, "p");
      zk::parse_servers(text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  try {
    read(data[0], {reinterpret_cast<const char*>(data + 1), size - 1});
  } catch (const Error&) {
  }
  return 0;
}
