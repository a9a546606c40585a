// The outcome of an administrative change: a Kafka error code and the sentence that goes with it.
#pragma once

#include <string>

#include "protocol/errors.h"

namespace kt::sandbox {

struct Status {
  ErrorCode code = ErrorCode::none;
  std::string message;

  bool ok() const { return code == ErrorCode::none; }
};

}  // namespace kt::sandbox
