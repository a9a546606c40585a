// The fields of one message of format v0 or v1, for those who read and convert them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/records/batch.h"

namespace kt {

struct LegacyMessage {
  int64_t offset;
  int64_t timestamp_ms;  // -1 in v0
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
};

/// Throws DecodeError where key and value do not fill the message.
LegacyMessage read_legacy_message(const BatchView& message);

}  // namespace kt
