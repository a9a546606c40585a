// How to reach a cluster: what the shared flags and client settings come to.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "net/address.h"
#include "protocol/acl.h"
#include "zookeeper/session.h"

namespace kt::net {
class TlsContext;
}

namespace kt {

struct SaslOptions;

/// One request and its answer, as `kt -v` prints them.
struct RequestLog {
  std::string_view api;
  int16_t version = 0;
  int32_t broker_id = -1;  ///< -1 for a bootstrap address whose broker is not known yet
  std::string_view address;
  double elapsed_ms = 0;
  size_t request_bytes = 0;
  size_t response_bytes = 0;
};

/// What a broker says we have no right to.
struct MissingRight {
  int16_t error_code = 0;
  AclOperation operation = AclOperation::read;
  AclResource resource_type = AclResource::topic;
  std::string resource_name;
};

struct ClientOptions {
  std::vector<net::HostPort> bootstrap;
  std::string client_id = "kt";
  std::string rack;
  /// Refuse a cluster with another id; empty takes any.
  std::string expected_cluster_id;
  /// The whole job's limit; see Cluster::progress() for jobs that stream.
  Milliseconds timeout{30'000};
  /// The most that one broker's connection and negotiation may take of it.
  Milliseconds connect_timeout{10'000};
  Milliseconds backoff{100};
  Milliseconds max_backoff{1'000};
  /// Advertised address → the one to dial instead.
  std::map<net::HostPort, net::HostPort> address_map;
  /// Brokers are spoken to in TLS; nothing: in plain text.
  std::shared_ptr<const net::TlsContext> tls;
  /// Who we are, to brokers that ask; nothing: nobody.
  std::shared_ptr<const SaslOptions> sasl;
  /// The cluster's ZooKeeper, for what the brokers' release has no request for. Throws the error
  /// that says what it is needed for where none is named; empty where there can be none.
  std::function<std::unique_ptr<zk::Session>(std::string_view what)> zookeeper;
  bool names_zookeeper = false;
  /// Called after every answer, from any thread that makes requests.
  std::function<void(const RequestLog&)> log;
  /// Called where an answer says that a right is missing, from any thread that makes requests.
  std::function<void(const MissingRight&)> missing_right;
};

}  // namespace kt
