// The first connection to a cluster: every bootstrap address at once, and the first good answer
// wins.
#pragma once

#include <memory>

#include "client/connection.h"

namespace kt {

/// Throws net::NetError where no address answers; with several of them it lists what each said.
std::unique_ptr<Connection> open_first(std::shared_ptr<const ClientOptions> options,
                                       Deadline deadline);

}  // namespace kt
