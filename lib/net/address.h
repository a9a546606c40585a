// HOST:PORT as users write it and brokers advertise it, and names resolved under a deadline.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace kt::net {

struct HostPort {
  std::string host;
  uint16_t port = 0;

  /// `host:port`, the host in brackets where it is an IPv6 address.
  std::string to_string() const;
  auto operator<=>(const HostPort&) const = default;
};

/// Reads `host`, `host:port`, `[v6]:port`, a bare IPv6 address, each with an optional `SCHEME://`
/// in front as Java's listeners have it. Throws a usage error that quotes `text`.
HostPort parse_host_port(std::string_view text, uint16_t default_port);

/// A comma-separated list of the same; blanks around the items and empty items are ignored.
std::vector<HostPort> parse_host_ports(std::string_view text, uint16_t default_port);

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;

  int family() const { return storage.ss_family; }
  /// The numeric address, without the port.
  std::string to_string() const;
};

/// All addresses of a host, in the system's order of preference. The look-up runs on a thread of
/// its own, because getaddrinfo knows no deadline; a late answer is dropped.
std::vector<SocketAddress> resolve(const HostPort& target, Deadline deadline);

}  // namespace kt::net
