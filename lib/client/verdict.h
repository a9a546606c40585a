// What an answer says about the way it was asked: the error codes that mean "ask another broker" or
// "ask again". Found by walking the tables of the message, so every API is covered by one function.
#pragma once

#include "base/clock.h"
#include "protocol/schema.h"

namespace kt {

enum class Verdict {
  final_answer,
  not_controller,   ///< the controller has moved
  not_coordinator,  ///< the coordinator has moved, or is not there yet
  again,            ///< the coordinator is loading; the same broker will know soon
};

struct Examination {
  Verdict verdict = Verdict::final_answer;
  int16_t error_code = 0;  ///< what the verdict comes from
  Milliseconds throttle{0};
};

/// Looks for routing errors anywhere in `message`, and for the throttle time.
Examination examine(const void* message, const MessageTable& table);

}  // namespace kt
