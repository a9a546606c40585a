// What an answer says about the way it was asked: the error codes that mean "ask another broker" or
// "ask again", and those that mean "you have no right to". Found by walking the tables of the
// message, so every API is covered by one function.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/uuid.h"
#include "protocol/schema.h"

namespace kt {

enum class Verdict {
  final_answer,
  not_controller,   ///< the controller has moved
  not_coordinator,  ///< the coordinator has moved, or is not there yet
  again,            ///< the coordinator is loading; the same broker will know soon
};

/// A right that is missing, by the code that says so.
struct Denial {
  int16_t error_code = 0;
  std::string name{};  ///< of the resource, where the answer has it
  Uuid topic_id{};     ///< in place of a name
};

struct Examination {
  Verdict verdict = Verdict::final_answer;
  int16_t error_code = 0;  ///< what the verdict comes from
  Milliseconds throttle{0};
  std::vector<Denial> denials{};
};

/// Looks for routing errors and denials anywhere in `message`, and for the throttle time.
Examination examine(const void* message, const MessageTable& table);

}  // namespace kt
