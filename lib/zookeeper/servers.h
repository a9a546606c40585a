// The servers of a ZooKeeper as -z names them: `HOST:PORT,HOST:PORT/CHROOT`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "net/address.h"

namespace kt::zk {

struct Servers {
  std::vector<net::HostPort> addresses;
  std::string chroot;  ///< `/name`, or empty for the root

  std::string to_string() const;
};

/// Port 2181 where none is given. Throws a usage error for a chroot that is no path.
Servers parse_servers(std::string_view text);

/// The addresses as ZooKeeper's client takes them, `127.0.0.1:2181,...`, all names resolved at
/// once. Throws where not one of them is known.
std::string resolved(const std::vector<net::HostPort>& addresses, Deadline deadline);

/// Those to which a connection can be made; throws with what each said where there is none.
std::vector<net::HostPort> reachable(const std::vector<net::HostPort>& addresses,
                                     Deadline deadline);

}  // namespace kt::zk
