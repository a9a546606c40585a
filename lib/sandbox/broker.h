// One broker of the embedded cluster: an id, a port, and the connections to it. All else belongs to
// the cluster.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>

#include "sandbox/connection.h"
#include "sandbox/fetch_sessions.h"

namespace kt::sandbox {

class Cluster;

class Broker {
 public:
  Broker(Cluster& cluster, int32_t id);
  ~Broker();

  /// Listens; on the same port again after a stop().
  void start();
  /// Closes the port and every connection.
  void stop();
  bool is_running() const { return listener_ >= 0; }

  Cluster& cluster() const { return cluster_; }
  int32_t id() const { return id_; }
  FetchSessions& fetch_sessions() { return fetch_sessions_; }
  const std::string& host() const { return host_; }  // as advertised
  int32_t port() const { return port_; }

 private:
  void accept_all();
  void pause_accepting();

  Cluster& cluster_;
  int32_t id_;
  std::string host_;
  int32_t port_ = 0;
  int listener_ = -1;
  FetchSessions fetch_sessions_;
  std::set<std::shared_ptr<Connection>> connections_;
};

}  // namespace kt::sandbox
