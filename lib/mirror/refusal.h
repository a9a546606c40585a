// What a target's refusal of a batch means for its partition.
#pragma once

#include <cstdint>
#include <string>

namespace kt::mirror {

/// Errors that somebody has to put right; all others are tried again.
bool is_final(int16_t error_code);

/// What that somebody does; empty where the error says it.
std::string way_out(int16_t error_code);

}  // namespace kt::mirror
