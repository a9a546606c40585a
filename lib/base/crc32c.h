// CRC-32C (Castagnoli), the checksum of record batches v2 and of producer snapshots.
#pragma once

#include <cstdint>
#include <string_view>

namespace kt {

/// Continues from `crc`, the result for the bytes before these.
uint32_t crc32c(std::string_view bytes, uint32_t crc = 0);

/// The table-driven form, which every machine runs; tests hold the two against each other.
uint32_t crc32c_portable(std::string_view bytes, uint32_t crc = 0);

/// The checksum of bytes that had `crc` before some of them changed: `difference` is the XOR of
/// their old and new values, and `bytes_after` others follow. What stands before or after the
/// change is not looked at.
uint32_t crc32c_after_change(uint32_t crc, std::string_view difference, uint64_t bytes_after);

}  // namespace kt
