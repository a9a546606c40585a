#include "compress/crc32.h"

#include <zlib.h>

namespace kt {

uint32_t crc32(std::string_view bytes, uint32_t crc) {
  return static_cast<uint32_t>(
      ::crc32_z(crc, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace kt
