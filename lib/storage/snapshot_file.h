// Files of a log directory that hold a message: a partition's producers (`.snapshot`) and the
// election state of the KRaft metadata (`quorum-state`). Readers throw DecodeError.
#pragma once

#include <string>
#include <string_view>

#include "protocol/msg/producer_snapshot.h"

namespace kt {

/// Checks the checksum too.
msg::ProducerSnapshot read_producer_snapshot(std::string_view bytes);

/// The state as the JSON of its message, after it was read as one.
std::string quorum_state_json(std::string_view text);

/// A small file as a whole; an error above 256 MiB, which no such file has.
std::string read_side_file(const std::string& path);

}  // namespace kt
