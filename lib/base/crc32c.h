// CRC-32C (Castagnoli), the checksum of record batches v2 and of producer snapshots.
#pragma once

#include <cstdint>
#include <string_view>

namespace kt {

/// Continues from `crc`, the result for the bytes before these.
uint32_t crc32c(std::string_view bytes, uint32_t crc = 0);

/// The table-driven form, which every machine runs; tests hold the two against each other.
uint32_t crc32c_portable(std::string_view bytes, uint32_t crc = 0);

}  // namespace kt
