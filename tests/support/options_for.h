// A client of a sandbox that tries again at once.
#pragma once

#include "client/options.h"
#include "sandbox/sandbox.h"

namespace kt {

inline ClientOptions options_for(const sandbox::Sandbox& sandbox) {
  ClientOptions options;
  options.bootstrap = net::parse_host_ports(sandbox.bootstrap(), 9092);
  options.backoff = Milliseconds(5);
  return options;
}

}  // namespace kt
