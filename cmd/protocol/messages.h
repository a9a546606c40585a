// What the commands `kt protocol ...` share: finding a message by name and version, its frame, and
// input that may be hex.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/json.h"

namespace kt {

/// A message as named on the command line.
struct NamedMessage {
  const MessageTable* table = nullptr;
  const Api* api = nullptr;  ///< nullptr for data messages
  int16_t version = 0;
};

/// `ListOffsets` or `list-offsets`, a request unless `response`; or a data message. Throws with the
/// nearest name.
NamedMessage find_message(std::string_view name, bool response);
/// The same, with a version. Throws where the message lacks it.
NamedMessage find_message(std::string_view name, std::string_view version, bool response);

/// Takes one frame off the front of `bytes` and prints it: `{"header":{...},"body":{...}}`.
std::string decode_frame(const NamedMessage& message, std::string_view& bytes, JsonForm form);
/// The reverse: size, header and body.
std::string encode_frame(const NamedMessage& message, std::string_view json);

std::string from_hex(std::string_view text);
std::string to_hex(std::string_view bytes);

}  // namespace kt
