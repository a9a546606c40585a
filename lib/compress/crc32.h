// CRC-32 as in gzip, the checksum of message formats v0 and v1.
#pragma once

#include <cstdint>
#include <string_view>

namespace kt {

/// Continues from `crc`, the result for the bytes before these.
uint32_t crc32(std::string_view bytes, uint32_t crc = 0);

}  // namespace kt
