// What a broker's refusal of a batch means to who sent it.
#pragma once

#include <cstdint>
#include <string>

namespace kt {

/// Fewer records in a batch may pass.
bool is_too_large(int16_t error_code);

/// What somebody does, in the cluster or to the rights in it; empty where the error says it.
std::string way_out(int16_t error_code);

}  // namespace kt
