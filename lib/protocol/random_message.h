// Messages filled at random, edge cases included, for tests: round trips, comparison with Kafka's
// converters, fuzzing.
#pragma once

#include <cstdint>

#include "protocol/json.h"

namespace kt {

/// The same for the same seed on every machine. Only what `version` can carry is set. Strings are
/// valid UTF-8.
AnyMessage random_message(const MessageTable& table, int16_t version, uint64_t seed);

}  // namespace kt
