#include "protocol/records/legacy_message.h"

namespace kt {
namespace {

std::optional<std::string_view> nullable_bytes(ByteReader& reader) {
  auto size = reader.integer<int32_t>();
  if (size == -1) return std::nullopt;
  if (size < 0) throw DecodeError("key or value of " + std::to_string(size) + " bytes");
  return reader.take(static_cast<size_t>(size));
}

}  // namespace

LegacyMessage read_legacy_message(const BatchView& message) {
  constexpr size_t kHeaderBytesV0 = 18, kHeaderBytesV1 = 26;
  ByteReader reader(message.bytes().substr(message.magic() == 0 ? kHeaderBytesV0 : kHeaderBytesV1));
  LegacyMessage read{message.base_offset(), message.max_timestamp_ms(), {}, {}};
  read.key = nullable_bytes(reader);
  read.value = nullable_bytes(reader);
  if (!reader.at_end())
    throw DecodeError(std::to_string(reader.remaining()) + " bytes are left behind the value");
  return read;
}

}  // namespace kt
