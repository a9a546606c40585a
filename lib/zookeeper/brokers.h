// /brokers/ids: the brokers that live, each an ephemeral node. Version 1 (0.8) has host and port, 2
// (0.9) endpoints, 3 (0.10) a rack, 4 names of listeners, 5 (2.7) features. A broker without a
// PLAINTEXT listener has null for a host: its endpoints count.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "net/address.h"
#include "zookeeper/session.h"

namespace kt::zk {

struct Endpoint {
  std::string listener;           ///< `PLAINTEXT`, `INTERNAL`
  std::string security_protocol;  ///< `PLAINTEXT`, `SSL`, `SASL_PLAINTEXT`, `SASL_SSL`
  net::HostPort address;
};

struct Broker {
  int32_t id = -1;
  std::string rack;  ///< empty for none
  std::vector<Endpoint> endpoints;
  int32_t jmx_port = -1;
};

/// Sorted by id. Throws where the path is no Kafka's, as with a wrong chroot.
std::vector<Broker> brokers(Session& session);

/// One node; `path` names it in errors.
Broker parse_broker(int32_t id, std::string_view data, const std::string& path);

/// The name of a child that is a number, as ids of brokers and partitions are.
int32_t parse_id(const std::string& name, const std::string& parent);

}  // namespace kt::zk
