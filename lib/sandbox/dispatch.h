// From a frame to its handler: header, known API, supported version, faults, then the handler of
// that API.
#pragma once

#include <memory>
#include <string_view>

#include "sandbox/connection.h"

namespace kt::sandbox {

class Broker;

/// Serves one frame. What can't be understood closes the connection, as in Kafka.
void dispatch(Broker& broker, const std::shared_ptr<Connection>& connection,
              std::string_view frame);

}  // namespace kt::sandbox
